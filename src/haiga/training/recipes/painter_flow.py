"""Train the bundled painter: a latent transformer with rectified flow, after the autoencoder.

    haiga train painter --autoencoder DIR --teacher FILE --out DIR --minutes 90

Rectified flow (Liu et al. 2022, eq. 1): x_t = (1 - t) x_0 + t x_1 with x_0
noise, and the network learns x_1 - x_0. Times are logit-normal (Esser et al.
2024, section 3.1). Started by `torchrun`, several processes share their gradients; a run
can be stopped and resumed at any time.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn import functional as F

from haiga.training import checkpoints
from haiga.training.nets.autoencoder import Decoder, Encoder
from haiga.training.nets.flow import FlowNet
from haiga.training.nets.teacher import Teacher
from haiga.training.painter_data import (
    Batch,
    PainterData,
    dark_sides,
    landscapes,
    write_latents,
    write_relit,
)
from haiga.training.picture_cache import open_cache
from haiga.training.picture_words import picture_words
from haiga.training.sampling import painter_weights
from haiga.training.sheets import write_sheet
from haiga.training.teacher_features import write_features

SAVE_EVERY_S, SAMPLE_EVERY_S = 300.0, 900.0
SAMPLE_TEXTS = (
    "winter landscape snow",
    "sunset sea",
    "moonlight night river",
    "landscape",
    "spring blossom tree",
    "mountain mist",
    "autumn leaves forest",
    "apples",
    "boat lake morning",
    "storm waves",
    "red flower garden",
)


def flow_loss(net: FlowNet, batch: Batch, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """The mean squared error of the velocity, and one minus the cosine to the teacher."""
    x_1 = batch.latents
    x_0 = torch.randn(x_1.shape, generator=rng)
    t = torch.sigmoid(torch.randn(len(x_1), generator=rng))
    mix = t.view(-1, 1, 1, 1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        velocity, middle = net((1 - mix) * x_0 + mix * x_1, t, batch.words, batch.present)
        told = net.teacher_head(middle).float()
    error = (velocity.float() - (x_1 - x_0)).square().mean()
    return error, 1 - F.cosine_similarity(told, batch.maps, dim=-1).mean()


def make_optimizers(net: FlowNet, rate: float) -> dict[str, torch.optim.Optimizer]:
    """Muon for the blocks' matrices (Jordan et al. 2024), AdamW for all else."""
    matrices = [p for n, p in net.named_parameters() if n.startswith("blocks.") and is_matrix(n, p)]
    chosen = {id(p) for p in matrices}
    rest = [p for p in net.parameters() if id(p) not in chosen]
    return {
        "muon": torch.optim.Muon(
            matrices, lr=rate, weight_decay=0.02, adjust_lr_fn="match_rms_adamw"
        ),
        "adamw": torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.98), weight_decay=0.02),
    }


def is_matrix(name: str, parameter: nn.Parameter) -> bool:
    """Whether a parameter is the weight of a linear layer."""
    return parameter.ndim == 2 and not name.endswith("modulation")


@torch.no_grad()
def sample(
    net: FlowNet, noise: Tensor, words: Tensor, present: Tensor, *, steps: int, guidance: float
) -> Tensor:
    """Euler steps from noise to latents with classifier-free guidance (Ho and Salimans 2022)."""
    x = noise
    nothing = torch.zeros_like(present)
    for i in range(steps):
        t = torch.full((len(x),), i / steps)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            with_words, _ = net(x, t, words, present)
            without, _ = net(x, t, words, nothing)
        x = x + (without + guidance * (with_words - without)).float() / steps
    return x


@torch.no_grad()
def report(net: FlowNet, decoder: Decoder, data: PainterData, out: Path, step: int) -> None:
    """Write a sheet: one row a text, one column a seed."""
    columns = 8
    noise = torch.randn(columns, 8, 16, 16, generator=torch.Generator().manual_seed(3))
    rows = []
    for text in SAMPLE_TEXTS:
        words, present = data.word_tensors([text.split()] * columns)
        latents = sample(net, noise, words, present, steps=16, guidance=3.0)
        latents = latents * torch.from_numpy(data.deviation) + torch.from_numpy(data.mean)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            rows.append(decoder(latents).float())
    write_sheet(out / "samples.png", torch.cat(rows), columns=columns)
    print(f"step {step}: samples written", flush=True)


def prepare(args: argparse.Namespace) -> tuple[PainterData, Decoder]:
    """Open the cache and make what is missing: features, latents and words."""
    folder = args.autoencoder.parent / "cache"
    cache = open_cache(folder)
    if not (folder / "pooled.npy").exists():
        write_features(cache, Teacher(args.teacher), folder)
    encoder, decoder = Encoder(), Decoder()
    average = nn.ModuleDict({"encoder": encoder, "decoder": decoder})
    checkpoints.load(args.autoencoder / "last.safetensors", {"average": average}, {})
    words = picture_words(cache, np.load(folder / "pooled.npy").astype(np.float32))
    weights = painter_weights(cache.items, words)
    if not (folder / "latents.json").exists():
        encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        write_latents(cache, encoder, folder, weights)
    if not (folder / "relit.json").exists():
        write_relit(cache, encoder, folder, landscapes(cache, words))
    data = PainterData(folder, words, weights, dark_sides(cache.pixels))
    return data, decoder


def main(argv: list[str]) -> None:
    """Train, write checkpoints, a log and sample sheets under `--out`."""
    parser = argparse.ArgumentParser(prog="haiga train painter", description=__doc__)
    parser.add_argument("--autoencoder", type=Path, required=True, help="its --out folder")
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=90.0, help="in all, earlier runs included")
    parser.add_argument("--batch", type=int, default=64, help="pictures a step and worker")
    parser.add_argument("--rate", type=float, default=6e-4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true")
    args = parser.parse_args(argv)

    rank, workers = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    if workers > 1:
        dist.init_process_group("gloo")
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    data, decoder = prepare(args)
    net = FlowNet()
    average = copy.deepcopy(net)
    optimizers = make_optimizers(net, args.rate)
    step, spent = 0, 0.0
    checkpoint = args.out / "last.safetensors"
    if args.resume and checkpoint.exists():
        meta = checkpoints.load(checkpoint, {"net": net, "average": average}, optimizers)
        step, spent = int(meta["step"]), float(meta["seconds"])
        if (args.out / "seen.npy").exists():
            data.seen += np.load(args.out / "seen.npy")
    rng = np.random.default_rng([args.seed, step, rank])
    noise = torch.Generator().manual_seed(args.seed + 1000 * step + rank)
    log = (args.out / "log.csv").open("a")
    started = saved = sampled = time.monotonic()
    sums, drawn = np.zeros(2), step * args.batch * workers
    while True:
        elapsed = spent + time.monotonic() - started
        done = elapsed / (60 * args.minutes)
        stop = torch.tensor(float(done >= 1))
        if workers > 1:
            dist.broadcast(stop, 0)
        if stop:
            break
        fade = 1.0 if done < 0.6 else 1 - 0.97 * (done - 0.6) / 0.4
        for optimizer in optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = args.rate * min(1.0, (step + 1) / 150) * max(0.02, fade)
        error, apart = flow_loss(net, data.draw(args.batch, rng), noise)
        loss = error + (0.5 if done < 0.75 else 0.1) * apart
        net.zero_grad(set_to_none=False)
        loss.backward()  # type: ignore[no-untyped-call]
        if workers > 1:
            flat = torch.cat([p.grad.flatten() for p in net.parameters() if p.grad is not None])
            dist.all_reduce(flat)
            at = 0
            for p in net.parameters():
                if p.grad is not None:
                    p.grad.copy_(flat[at : at + p.numel()].view_as(p) / workers)
                    at += p.numel()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        for optimizer in optimizers.values():
            optimizer.step()
        step += 1
        drawn += args.batch * workers
        keep = min(0.9985, step / (step + 12))
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), net.parameters(), strict=True):
                slow.lerp_(fast, 1 - keep)
        sums += (error.item(), apart.item())
        if rank:
            continue
        if step % 50 == 0:
            seen = int((data.seen > 0).sum())
            flow, teacher = sums / 50
            line = f"{step},{elapsed:.0f},{drawn},{flow:.4f},{teacher:.4f},{seen}"
            print(line, file=log, flush=True)
            print(line, flush=True)
            sums[:] = 0
        if time.monotonic() - saved > SAVE_EVERY_S:
            saved = time.monotonic()
            write(checkpoint, net, average, optimizers, step, elapsed)
            np.save(args.out / "seen.npy", data.seen)
        if time.monotonic() - sampled > SAMPLE_EVERY_S:
            sampled = time.monotonic()
            report(average, decoder, data, args.out, step)
    if rank == 0:
        write(checkpoint, net, average, optimizers, step, elapsed)
        np.save(args.out / "seen.npy", data.seen)
        report(average, decoder, data, args.out, step)
        vocabulary = data.vocabulary()
        (args.out / "seen.json").write_text(json.dumps(vocabulary), encoding="utf-8")
        audit = {"drawable": int((data.weights > 0).sum()), "seen": int((data.seen > 0).sum())}
        print(
            f"coverage: {audit['seen']} of {audit['drawable']} crops seen by the first worker",
            flush=True,
        )


def write(
    path: Path,
    net: FlowNet,
    average: FlowNet,
    optimizers: dict[str, torch.optim.Optimizer],
    step: int,
    seconds: float,
) -> None:
    """Save everything a resumed run needs."""
    checkpoints.save(
        path,
        {"net": net, "average": average},
        optimizers,
        {"step": step, "seconds": seconds},
    )


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
