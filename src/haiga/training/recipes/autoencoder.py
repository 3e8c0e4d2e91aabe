"""Train the painter's autoencoder on a folder of picture collections.

    haiga train autoencoder --pictures DIR --teacher FILE --out DIR --minutes 20

Loss: L1 over a Laplacian pyramid and over chroma, the perceptual distance over
the teacher's early layers, and a small KL. `--decoder-only` freezes the encoder, so that
latents stay valid while the decoder goes on learning, now with noise on its
latents and a small patch discriminator.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from haiga.training import checkpoints
from haiga.training.losses import chroma_l1, laplacian_l1, perceptual
from haiga.training.nets.autoencoder import Decoder, Encoder, kl_divergence, sample_latent
from haiga.training.nets.patch_critic import PatchCritic
from haiga.training.nets.teacher import Teacher
from haiga.training.picture_cache import CROP_PX, PictureCache, build, open_cache
from haiga.training.sampling import autoencoder_weights
from haiga.training.sheets import write_sheet

SIZE_PX = 128


def batch(cache: PictureCache, index: np.ndarray, rng: np.random.Generator) -> Tensor:
    """Random 128 px crops and mirrors of the named items: (B, 3, 128, 128) in [-1, 1]."""
    crops = []
    for i in index:
        top, left = rng.integers(0, CROP_PX - SIZE_PX + 1, 2)
        crop = cache.pixels[i, top : top + SIZE_PX, left : left + SIZE_PX]
        crops.append(crop[:, ::-1] if rng.random() < 0.5 else crop)
    pixels = torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2)
    return (pixels.float() / 127.5 - 1.0).contiguous(memory_format=torch.channels_last)


def main(argv: list[str]) -> None:
    """Train, write checkpoints, a log and sample sheets under `--out`."""
    parser = argparse.ArgumentParser(prog="haiga train autoencoder", description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=6e-4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--decoder-only", action="store_true")
    parser.add_argument("--resume", action="store_true")
    args = parser.parse_args(argv)

    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    cache_dir = args.out.parent / "cache"
    ready = (cache_dir / "items.json").exists()
    cache = open_cache(cache_dir) if ready else build(args.pictures, cache_dir)
    held = np.array([i for i, item in enumerate(cache.items) if item.held_out])
    weights = autoencoder_weights(cache.items)
    teacher = Teacher(args.teacher).eval()
    encoder, decoder, critic = Encoder(), Decoder(), PatchCritic()
    for net in (teacher, encoder, decoder, critic):
        net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    learned: list[nn.Parameter] = list(decoder.parameters())
    if not args.decoder_only:
        learned += list(encoder.parameters())
    optimizer = torch.optim.AdamW(learned, lr=args.rate, betas=(0.9, 0.98), weight_decay=1e-3)
    critic_optimizer = torch.optim.AdamW(critic.parameters(), lr=2e-4, betas=(0.5, 0.98))
    average = copy.deepcopy(nn.ModuleDict({"encoder": encoder, "decoder": decoder}))
    step, spent = 0, 0.0
    checkpoint = args.out / ("decoder.safetensors" if args.decoder_only else "last.safetensors")
    nets = {"encoder": encoder, "decoder": decoder, "average": average}
    if args.decoder_only and not (args.resume and checkpoint.exists()):
        checkpoints.load(args.out / "last.safetensors", nets, {})
        encoder.load_state_dict(average["encoder"].state_dict())
        decoder.load_state_dict(average["decoder"].state_dict())
    both = {**nets, "critic": critic} if args.decoder_only else nets
    optimizers = {"both": optimizer}
    if args.decoder_only:
        optimizers["critic"] = critic_optimizer
    if args.resume and checkpoint.exists():
        meta = checkpoints.load(checkpoint, both, optimizers)
        step, spent = int(meta["step"]), float(meta["seconds"])
    rng = np.random.default_rng([args.seed, step])
    log = (args.out / "log.csv").open("a")
    started, saved = time.monotonic(), time.monotonic()
    while True:
        elapsed = spent + time.monotonic() - started
        done = elapsed / (60 * args.minutes)
        if done >= 1:
            break
        rate = args.rate * min(1.0, step / 100, max(0.05, (1 - done) / 0.3))
        for group in optimizer.param_groups:
            group["lr"] = rate
        real = batch(cache, rng.choice(len(weights), args.batch, p=weights), rng)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            with torch.set_grad_enabled(not args.decoder_only):
                mean, log_variance = encoder(real)
            noise = torch.randn_like(mean)
            if args.decoder_only:
                sigma = 0.12 * torch.rand(len(mean), 1, 1, 1)
                latent = mean.detach() + sigma * noise
            else:
                latent = sample_latent(mean, log_variance, noise)
            made = decoder(latent).float()
            few = slice(0, max(1, args.batch // 4))
            features = perceptual(teacher, made[few], real[few])
        pixel = laplacian_l1(made, real)
        kl = kl_divergence(mean, log_variance)
        loss = pixel + 2.0 * chroma_l1(made, real) + 0.6 * features + 2e-4 * kl
        adversarial = 0.0
        if args.decoder_only and step > 200:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                for p in critic.parameters():
                    p.requires_grad_(False)
                verdict = critic(made).float()
                for p in critic.parameters():
                    p.requires_grad_(True)
            loss = loss - 0.02 * min(1.0, (step - 200) / 400) * verdict.mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        if args.decoder_only:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                yes, no = critic(real).float(), critic(made.detach()).float()
            hinge = F.relu(1 - yes).mean() + F.relu(1 + no).mean()
            critic_optimizer.zero_grad(set_to_none=True)
            hinge.backward()  # type: ignore[no-untyped-call]
            critic_optimizer.step()
            adversarial = hinge.item()
        with torch.no_grad():
            keep = min(0.995, (step + 1) / (step + 10))
            for name, net in (("encoder", encoder), ("decoder", decoder)):
                for slow, fast in zip(average[name].parameters(), net.parameters(), strict=True):
                    slow.lerp_(fast, 1 - keep)
        step += 1
        if step % 50 == 0:
            line = (
                f"{step},{elapsed:.0f},{step * args.batch},{pixel.item():.4f},"
                f"{features.item():.4f},{kl.item():.3f},{adversarial:.3f}"
            )
            print(line, file=log, flush=True)
            print(line, flush=True)
        if time.monotonic() - saved > 150 or step == 100:
            saved = time.monotonic()
            meta = {"step": step, "seconds": elapsed}
            checkpoints.save(checkpoint, both, optimizers, meta)
            report(cache, held, average, args.out, step)
    meta = {"step": step, "seconds": elapsed}
    checkpoints.save(checkpoint, both, optimizers, meta)
    report(cache, held, average, args.out, step)


@torch.no_grad()
def report(
    cache: PictureCache, held: np.ndarray, average: nn.ModuleDict, out: Path, step: int
) -> None:
    """Held-out luma-free PSNR over 128 fixed crops, and a sheet of pictures above their copies."""
    rng = np.random.default_rng(5)
    index = rng.permutation(held)[:128]
    errors, shown = [], []
    for part in np.split(index, 8):
        real = batch(cache, part, rng)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            made = average["decoder"](average["encoder"](real)[0]).float().clamp(-1, 1)
        errors.append((made - real).square().mean(dim=(1, 2, 3)))
        shown.append(torch.stack([real, made], 1).flatten(0, 1)[:4])
    psnr = 10 * torch.log10(4.0 / torch.cat(errors)).mean()
    print(f"step {step}: held-out PSNR {float(psnr):.2f} dB", flush=True)
    write_sheet(out / "copies.png", torch.cat(shown), columns=8)


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
