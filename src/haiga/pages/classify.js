"use strict";
// Classifies a dropped photo here, in this page: nothing is sent anywhere.
(() => {
  const layout = JSON.parse(document.getElementById("layout").textContent);
  const size = layout.size_px;
  const byId = (id) => document.getElementById(id);
  const status = byId("status");
  let session = null;

  function opened() {
    if (!session) {
      if (location.protocol === "file:") {
        return Promise.reject(new Error(
          "a browser runs this page's model only from a web server; in its folder, " +
          "`python -m http.server` is one"));
      }
      ort.env.logLevel = "error";
      ort.env.wasm.numThreads = 1;
      ort.env.wasm.wasmPaths = new URL("./", location.href).href;
      session = ort.InferenceSession.create(layout.network, { executionProviders: ["wasm"], logSeverityLevel: 3 });
      session.catch(() => { session = null; });
    }
    return session;
  }

  // The photo upright, in sRGB, what is transparent laid over white.
  async function pixelsOf(blob) {
    let bitmap;
    try {
      bitmap = await createImageBitmap(blob);
    } catch {
      throw new Error("is not a picture that this browser reads, or is damaged");
    }
    const canvas = document.createElement("canvas");
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(bitmap, 0, 0);
    try {
      return [canvas, pen.getImageData(0, 0, canvas.width, canvas.height)];
    } catch {
      throw new Error("is too large for this browser");
    } finally {
      bitmap.close();
    }
  }

  function inputOf(image) {
    const small = haigaResize(image.data, image.width, image.height, size);
    const values = new Float32Array(3 * size * size);
    for (let at = 0; at < size * size; at++) {
      for (let channel = 0; channel < 3; channel++) {
        values[channel * size * size + at] =
          Math.fround(Math.fround(small[4 * at + channel] / 127.5) - 1);
      }
    }
    return values;
  }

  async function classify(blob) {
    const net = await opened();
    const [canvas, image] = await pixelsOf(blob);
    const pixels = new ort.Tensor("float32", inputOf(image), [1, 3, size, size]);
    const told = await net.run({ pixels });
    const probabilities = [...told.probabilities.data];
    const best = probabilities.indexOf(Math.max(...probabilities));
    const known = told.known.data[0];
    const [, , rows, columns] = told.evidence.dims;
    const evidence = told.evidence.data.slice(best * rows * columns, (best + 1) * rows * columns);
    return {
      class: known >= layout.reject ? layout.classes[best] : null,
      likeliest: layout.classes[best], probabilities, known, canvas, evidence, rows, columns,
    };
  }

  const share = (p) => p > 0.9999 ? "over 99.99 %" : p < 0.0001 ? "under 0.01 %" : `${(100 * p).toFixed(p < 0.01 ? 2 : 1)} %`;

  // What speaks for the class in its own colours, the rest pale.
  function shown(told) {
    const canvas = byId("photo"), most = 560;
    const scale = Math.min(1, most / Math.max(told.canvas.width, told.canvas.height));
    canvas.width = Math.max(1, Math.round(told.canvas.width * scale));
    canvas.height = Math.max(1, Math.round(told.canvas.height * scale));
    const pen = canvas.getContext("2d");
    pen.drawImage(told.canvas, 0, 0, canvas.width, canvas.height);
    if (!byId("where").checked || told.known === 0) return;
    const values = [...told.evidence], sorted = [...values].sort((a, b) => a - b);
    const low = sorted[sorted.length >> 1], high = sorted[sorted.length - 1];
    const heat = document.createElement("canvas");
    heat.width = told.columns;
    heat.height = told.rows;
    const over = heat.getContext("2d"), cover = over.createImageData(told.columns, told.rows);
    values.forEach((value, at) => {
      const part = Math.min(1, Math.max(0, (value - low) / Math.max(high - low, 1e-6)));
      cover.data.set([250, 246, 236, Math.round(255 * 0.78 * (1 - part))], 4 * at);
    });
    over.putImageData(cover, 0, 0);
    pen.imageSmoothingEnabled = true;
    pen.drawImage(heat, 0, 0, canvas.width, canvas.height);
  }

  function tell(name, told) {
    byId("called").textContent = told.class ?? "none of them";
    byId("sure").textContent = told.known === 0
      ? "There is nothing to be seen in it: it is of one tone."
      : told.class === null
        ? `Of pictures of its classes ${share(told.known)} are as unlike what was learned. ` +
          `The likeliest would be ${told.likeliest}.`
        : `${share(Math.max(...told.probabilities))} sure.`;
    const rows = told.probabilities
      .map((p, i) => [p, layout.classes[i]]).sort((a, b) => b[0] - a[0]).slice(0, 8);
    byId("chances").replaceChildren(...rows.map(([p, label]) => {
      const row = document.createElement("tr");
      for (const text of [label, share(p)]) {
        const cell = document.createElement("td");
        cell.textContent = text;
        row.append(cell);
      }
      row.lastChild.className = "number";
      return row;
    }));
    status.textContent = name;
    byId("photo").setAttribute("aria-label", `${name}: ${told.class ?? "none of them"}`);
    byId("answer").hidden = false;
    shown(told);
  }

  let last = null, turn = 0;
  async function take(file) {
    const mine = ++turn;
    status.textContent = `looking at ${file.name} …`;
    try {
      const told = await classify(file);
      if (mine !== turn) return;
      last = told;
      tell(file.name, told);
    } catch (error) {
      if (mine !== turn) return;
      byId("answer").hidden = true;
      status.textContent = `${file.name}: ${error.message}`;
    }
  }

  const drop = byId("drop"), choose = byId("choose");
  choose.addEventListener("change", () => { if (choose.files[0]) take(choose.files[0]); });
  byId("where").addEventListener("change", () => { if (last) shown(last); });
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const file = event.dataTransfer.files[0];
    if (file) take(file);
  });
  document.addEventListener("paste", (event) => {
    const file = event.clipboardData.files[0];
    if (file) take(file);
  });
  window.haiga = { classify, resize: haigaResize };  // for whoever builds on this page
  status.textContent = "ready";
})();
