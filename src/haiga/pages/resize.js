"use strict";
// Pillow's bicubic filter in whole numbers, widened with the scale: the same bytes as
// haiga.features.network_input.squeezed. Takes and gives rows of red, green, blue, alpha.
const haigaResize = (() => {
  const BITS = 22, SUPPORT = 2, A = -0.5;

  function cubic(x) {
    if (x < 0) x = -x;
    if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * A;
    return 0;
  }

  // For each place of the output: where its inputs begin, and what each counts.
  function weights(from, to) {
    const scale = from / to, wide = Math.max(scale, 1), support = SUPPORT * wide;
    const out = [];
    for (let place = 0; place < to; place++) {
      const centre = (place + 0.5) * scale;
      const first = Math.max(0, Math.trunc(centre - support + 0.5));
      const last = Math.min(from, Math.trunc(centre + support + 0.5));
      const each = new Float64Array(last - first);
      let sum = 0;
      for (let i = 0; i < each.length; i++) {
        each[i] = cubic((i + first - centre + 0.5) * (1 / wide));
        sum += each[i];
      }
      const whole = new Int32Array(each.length);
      for (let i = 0; i < each.length; i++) {
        const part = sum !== 0 ? each[i] / sum : each[i];
        whole[i] = Math.trunc((part < 0 ? -0.5 : 0.5) + part * 2 ** BITS);
      }
      out.push([first, whole]);
    }
    return out;
  }

  const level = (sum) => {
    const value = sum >> BITS;
    return value < 0 ? 0 : value > 255 ? 255 : value;
  };

  function across(data, width, height, size) {
    if (width === size) return data;
    const out = new Uint8ClampedArray(size * height * 4), each = weights(width, size);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < size; x++) {
        const [first, whole] = each[x];
        let r = 1 << (BITS - 1), g = r, b = r, at = (y * width + first) * 4;
        for (let i = 0; i < whole.length; i++, at += 4) {
          r += data[at] * whole[i];
          g += data[at + 1] * whole[i];
          b += data[at + 2] * whole[i];
        }
        const to = (y * size + x) * 4;
        out[to] = level(r);
        out[to + 1] = level(g);
        out[to + 2] = level(b);
        out[to + 3] = 255;
      }
    }
    return out;
  }

  function down(data, width, height, size) {
    if (height === size) return data;
    const out = new Uint8ClampedArray(width * size * 4), each = weights(height, size);
    for (let y = 0; y < size; y++) {
      const [first, whole] = each[y];
      for (let x = 0; x < width; x++) {
        let r = 1 << (BITS - 1), g = r, b = r, at = (first * width + x) * 4;
        for (let i = 0; i < whole.length; i++, at += 4 * width) {
          r += data[at] * whole[i];
          g += data[at + 1] * whole[i];
          b += data[at + 2] * whole[i];
        }
        const to = (y * width + x) * 4;
        out[to] = level(r);
        out[to + 1] = level(g);
        out[to + 2] = level(b);
        out[to + 3] = 255;
      }
    }
    return out;
  }

  return (data, width, height, size) =>
    down(across(data, width, height, size), size, height, size);
})();
