"""Make the weights of `ocr.glyphs` again: cut made-up documents into places and learn them.

    python -m ocr.training.glyphs --documents 3000 --epochs 6 --out ocr/model/glyphs.npz

Plain NumPy on one core. Lines are cut where they truly are, a little off, as the reader cuts them;
each document is seen at several sizes, down to six pixels from character to character.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cut import MARGIN, PITCH, Floats, TextLine, cut_line
from ocr.glyphs import CHARACTERS, network, patches, places
from ocr.image import Pixels
from ocr.layout import MrzFormat
from ocr.training.camera import CONDITIONS, photograph
from ocr.training.content import made_up_zone
from ocr.training.degrade import between
from ocr.training.pages import PITCH as MILLIMETRES
from ocr.training.pages import draw_page

FIRST_SEED = 500_000
SMALLEST = 5.5  # pixels from character to character
INDEX = {character: i for i, character in enumerate(CHARACTERS)}
SHAPES = {
    "kernel1": (25, 16),
    "bias1": (16,),
    "kernel2": (144, 32),
    "bias2": (32,),
    "dense3": (800, 96),
    "bias3": (96,),
    "dense4": (96, len(CHARACTERS)),
    "bias4": (len(CHARACTERS),),
}

Cells = NDArray[np.uint8]
Labels = NDArray[np.int64]


def make_cells(documents: int, first_seed: int = FIRST_SEED) -> tuple[Cells, Labels]:
    """Places of so many documents, uint8 [place, SIDE, SIDE] (255 is ink), and their characters."""
    cells: list[Cells] = []
    labels: list[int] = []
    for seed in range(first_seed, first_seed + documents):
        rng = np.random.default_rng(seed)
        picture, zone, points = _photographed(rng, ("clean", "moderate", "moderate", "severe")[seed % 4])
        for image, text, centres in _lines(picture, zone, points, rng):
            cells.append(np.rint(255 * places(image, centres)).astype(np.uint8))
            labels += [INDEX[character] for character in text]
    return np.concatenate(cells), np.array(labels)


def _photographed(rng: np.random.Generator, name: str) -> tuple[Pixels, tuple[str, ...], NDArray[np.float32]]:
    """A made-up document under a camera, its zone, and the middle of each character [line, character, 2]."""
    condition = CONDITIONS[name]
    doc_type = list(MrzFormat)[int(rng.integers(len(MrzFormat)))]
    zone = made_up_zone(rng, doc_type)
    page = draw_page(doc_type, zone, rng, between(rng, *condition.pitch) / MILLIMETRES, condition.severity)
    share = (np.arange(len(zone[0]), dtype=np.float32)[:, None] + 0.5) / len(zone[0])
    along = np.asarray(page.zone[:, :1] + (page.zone[:, 1:] - page.zone[:, :1]) * share, np.float32)
    shot = photograph(replace(page, zone=along), rng, condition)
    return np.asarray(cv2.cvtColor(shot.image, cv2.COLOR_BGR2GRAY), np.uint8), zone, shot.points


def _lines(
    page: Pixels, zone: tuple[str, ...], points: NDArray[np.float32], rng: np.random.Generator
) -> Iterator[tuple[Pixels, str, list[float]]]:
    """Each line at several sizes, cut a little off as a reader would, and where its characters are."""
    pitch = float(np.linalg.norm(points[0, -1] - points[0, 0])) / (len(zone[0]) - 1)
    least = min(SMALLEST / pitch, 1.0)
    for scale in (1.0, *rng.uniform(least, 1, 2), *rng.uniform(least, min(2 * least, 1), 2)):
        small = _captured(page, float(scale), rng)
        for text, middles in zip(zone, (points + 0.5) * scale - 0.5, strict=True):
            line = _found(middles, rng)
            along = (middles - line.start) @ (np.subtract(line.end, line.start) / line.length)
            yield cut_line(small, line), text, list(MARGIN + along * (PITCH / line.pitch) + rng.normal(0, 1.5))


def _found(middles: NDArray[np.float32], rng: np.random.Generator) -> TextLine:
    """The line through these middles as a reader may find it: not quite."""
    start, end, middle = middles[0], middles[-1], middles[len(middles) // 2]
    pitch = float(np.hypot(*(end - start))) / (len(middles) - 1)
    along = (end - start) / np.hypot(*(end - start))
    across = np.array((-along[1], along[0]))
    bow = float((middle - (start + end) / 2) @ across + rng.normal(0, 0.03) * pitch)
    first, last = (
        point + (sign * (0.5 + rng.normal(0, 0.1)) * along + rng.normal(0, 0.04) * across) * pitch
        for point, sign in ((start, -1), (end, 1))
    )
    height = pitch * float(rng.uniform(0.86, 1.06))
    step = pitch * float(rng.normal(1, 0.02))
    return TextLine((float(first[0]), float(first[1])), (float(last[0]), float(last[1])), height, step, bow)


def _captured(page: Pixels, scale: float, rng: np.random.Generator) -> Pixels:
    small = page
    if scale < 1:
        how = (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[int(rng.integers(3))]
        small = np.asarray(cv2.resize(page, None, fx=scale, fy=scale, interpolation=how), np.uint8)
    if rng.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(45, 96))]
        small = np.asarray(cv2.imdecode(cv2.imencode(".jpg", small, quality)[1], cv2.IMREAD_GRAYSCALE), np.uint8)
    return small


def train(cells: Cells, labels: Labels, epochs: int, seed: int = 1) -> dict[str, Floats]:
    """Weights learned by Adam from all but the last twentieth of the places, which judges them."""
    rng = np.random.default_rng(seed)
    held = len(cells) // 20
    weights = {name: _initial(shape, rng) for name, shape in SHAPES.items()}
    moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in weights.items()}
    steps = epochs * ((len(cells) - held) // 256)
    step = 0
    for epoch in range(epochs):
        order = rng.permutation(len(cells) - held)
        for at in range(0, len(order) - 255, 256):
            step += 1
            chosen = order[at : at + 256]
            batch = _augmented(cells[chosen], rng)
            slopes = _slopes(batch, labels[chosen], weights)
            rate = 0.002 * (1 + np.cos(np.pi * step / steps)) / 2 + 1e-5
            _adam(weights, slopes, moments, step, rate)
        print(f"epoch {epoch + 1}: {_errors(cells[-held:], labels[-held:], weights):.3%} of places wrong", flush=True)
    return weights


def _initial(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    if len(shape) == 1:
        return np.zeros(shape, np.float32)
    return np.asarray(rng.normal(0, np.sqrt(2 / shape[0]), shape), np.float32)


def _augmented(cells: Cells, rng: np.random.Generator) -> Floats:
    """Other contrast, grain, and a shift of a pixel now and then."""
    batch = np.asarray(cells / 255, np.float32)
    batch *= rng.uniform(0.6, 1.1, (len(batch), 1, 1)).astype(np.float32)
    batch += rng.normal(0, 1, (len(batch), 1, 1)).astype(np.float32) * 0.06
    batch += rng.normal(0, 1, batch.shape).astype(np.float32) * rng.uniform(0, 0.06, (len(batch), 1, 1)).astype(
        np.float32
    )
    for axis in (1, 2):
        moved = rng.random(len(batch)) < 0.25
        batch[moved] = np.roll(batch[moved], int(rng.choice((-1, 1))), axis=axis)
    return np.asarray(batch, np.float32)


def _slopes(batch: Floats, labels: Labels, weights: dict[str, Floats]) -> dict[str, Floats]:
    """Gradients of the mean cross entropy, with a little label smoothing against false certainty."""
    scores, (first, second, flat, third) = network(batch, weights)
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    wanted = np.full_like(shares, 0.01 / shares.shape[1])
    wanted[np.arange(len(labels)), labels] += 0.99
    d_scores = (shares - wanted) / len(labels)
    d_third = (d_scores @ weights["dense4"].T) * (third > 0)
    d_second = (d_third @ weights["dense3"].T).reshape(second.shape) * (second > 0)
    d_first = _spread(d_second @ weights["kernel2"].T, first.shape, 3) * (first > 0)
    return {
        "dense4": np.maximum(third, 0).T @ d_scores,
        "bias4": d_scores.sum(axis=0),
        "dense3": flat.T @ d_third,
        "bias3": d_third.sum(axis=0),
        "kernel2": _by_patch(np.maximum(first, 0), d_second, 3),
        "bias2": d_second.sum(axis=(0, 1, 2)),
        "kernel1": _by_patch(batch[:, :, :, None], d_first, 5),
        "bias1": d_first.sum(axis=(0, 1, 2)),
    }


def _by_patch(maps: Floats, slopes: Floats, size: int) -> Floats:
    seen = patches(maps, size)
    return np.asarray(seen.reshape(-1, seen.shape[-1]).T @ slopes.reshape(-1, slopes.shape[-1]), np.float32)


def _spread(slopes: Floats, shape: tuple[int, ...], size: int) -> Floats:
    """Gradients of patches back to the pixels they were cut from."""
    count, height, width, channels = shape
    edge = size // 2
    padded = np.zeros((count, height + 2 * edge, width + 2 * edge, channels), np.float32)
    parts = slopes.reshape(*slopes.shape[:3], size, size, channels)
    for y in range(size):
        for x in range(size):
            padded[:, y : y + height : 2, x : x + width : 2] += parts[:, :, :, y, x]
    return padded[:, edge : edge + height, edge : edge + width]


def _adam(
    weights: dict[str, Floats],
    slopes: dict[str, Floats],
    moments: dict[str, tuple[Floats, Floats]],
    step: int,
    rate: float,
) -> None:
    for name, slope in slopes.items():
        mean, spread = moments[name]
        mean += 0.1 * (slope - mean)
        spread += 0.001 * (np.square(slope) - spread)
        change = mean / (1 - 0.9**step) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-8)
        weights[name] -= np.float32(rate) * change


def _errors(cells: Cells, labels: Labels, weights: dict[str, Floats]) -> float:
    parts: list[Labels] = np.array_split(np.arange(len(cells)), max(len(cells) // 4096, 1))
    wrong = [
        network(np.asarray(cells[part] / 255, np.float32), weights)[0].argmax(axis=1) != labels[part] for part in parts
    ]
    return float(np.concatenate(wrong).mean())


def save(weights: dict[str, Floats], path: Path) -> None:
    """Write weights at half precision, as `ocr.glyphs` reads them."""
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **{name: w.astype(np.float16) for name, w in weights.items()})


def main() -> None:
    """Make the places, learn them, write the weights."""
    options = argparse.ArgumentParser(prog="python -m ocr.training.glyphs", description=__doc__)
    options.add_argument("--documents", type=int, default=3000)
    options.add_argument("--epochs", type=int, default=6)
    options.add_argument("--out", type=Path, required=True)
    given = options.parse_args()
    cells, labels = make_cells(given.documents)
    order = np.random.default_rng(0).permutation(len(cells) - len(cells) // 20)
    cells[: len(order)], labels[: len(order)] = cells[order], labels[order]
    weights = train(cells, labels, given.epochs)
    save(weights, given.out)


if __name__ == "__main__":
    main()
