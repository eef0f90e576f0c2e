"""Make the weights of `ocr.glyphs` again: cut made-up documents into places and learn them.

    python -m ocr.training.glyphs --documents 2400 --epochs 5 --out ocr/model/glyphs.npz

Needs PyTorch (`pip install torch`, an environment of its own will do); reading never does. Lines
are cut where they truly are, a little off, as the reader cuts them; each document is seen at
several sizes, down to six pixels from character to character. A third of the zones is random, so
that every character is seen often and beside every other.
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from importlib import import_module
from itertools import repeat
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cut import MARGIN, PITCH, Floats, TextLine, cut_line
from ocr.glyphs import CHARACTERS, HIGH, LAYERS, WIDE, Weights, network, places
from ocr.image import Pixels
from ocr.layout import MrzFormat
from ocr.training.camera import CONDITIONS, photograph
from ocr.training.content import characters, made_up_zone
from ocr.training.degrade import between
from ocr.training.pages import PITCH as MILLIMETRES
from ocr.training.pages import Page, draw_page

FIRST_SEED = 500_000
SMALLEST = 5.5  # pixels from character to character
INDEX = {character: i for i, character in enumerate(CHARACTERS)}
_TIERS = ("clean", "moderate", "severe", "severe")
DENSE = 128  # what the network makes of a place before it names a character
_BATCH, _RATE, _SMOOTHING = 256, 0.002, 0.005
_CHUNK = 50  # documents made at a time
_NONSENSE = 0.35  # share of zones
_FOOT = 4  # pitches of page above the zone that a camera is shown
_STRUCK, _HIDDEN = 0.12, 0.05  # shares of places that an ink or a reflection runs across

Cells = NDArray[np.uint8]
Labels = NDArray[np.int64]


def make_cells(documents: int, scratch: Path, first_seed: int = FIRST_SEED) -> tuple[Cells, Labels]:
    """Places of so many documents, uint8 [place, HIGH, WIDE] (255 is ink), and their characters.

    Two processes make them and keep them in the folder ``scratch``, where an interrupted run finds them.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    stop = first_seed + documents
    chunks = [range(first, min(first + _CHUNK, stop)) for first in range(first_seed, stop, _CHUNK)]
    with ProcessPoolExecutor(2) as workers:
        made = list(workers.map(_kept_cells_of, chunks, repeat(scratch)))
    return np.concatenate([cells for cells, _ in made]), np.concatenate([labels for _, labels in made])


def _kept_cells_of(seeds: range, scratch: Path) -> tuple[Cells, Labels]:
    kept = scratch / f"places-{seeds.start}-{seeds.stop}.npz"
    if not kept.exists():
        cells, labels = _cells_of(seeds)
        unfinished = kept.with_suffix(".part.npz")
        np.savez(unfinished, cells=cells, labels=labels)
        unfinished.rename(kept)
    with np.load(kept) as stored:
        return stored["cells"], stored["labels"]


def _cells_of(seeds: range) -> tuple[Cells, Labels]:
    cells: list[Cells] = []
    labels: list[int] = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        picture, zone, points = photographed(rng, _TIERS[seed % len(_TIERS)], _NONSENSE)
        for image, text, centres in _lines(picture, zone, points, rng):
            cells.append(np.rint(255 * places(image, centres)).astype(np.uint8))
            labels += [INDEX[character] for character in text]
    return np.concatenate(cells), np.array(labels)


def photographed(
    rng: np.random.Generator, name: str, nonsense: float = 0.0
) -> tuple[Pixels, tuple[str, ...], NDArray[np.float32]]:
    """A made-up document under a camera, its zone, and the middle of each character [line, character, 2].

    A share of ``nonsense`` of all zones is of characters drawn one by one.
    """
    condition = CONDITIONS[name]
    doc_type = list(MrzFormat)[int(rng.integers(len(MrzFormat)))]
    zone = made_up_zone(rng, doc_type)
    if rng.random() < nonsense:
        zone = tuple(characters(rng, len(line)) for line in zone)
    pitch = between(rng, *condition.pitch)
    page = _foot(draw_page(doc_type, zone, rng, pitch / MILLIMETRES, condition.severity), round(_FOOT * pitch))
    share = (np.arange(len(zone[0]), dtype=np.float32)[:, None] + 0.5) / len(zone[0])
    along = np.asarray(page.zone[:, :1] + (page.zone[:, 1:] - page.zone[:, :1]) * share, np.float32)
    shot = photograph(replace(page, zone=along), rng, condition)
    return np.asarray(cv2.cvtColor(shot.image, cv2.COLOR_BGR2GRAY), np.uint8), zone, shot.points


def _foot(page: Page, above: int) -> Page:
    """The zone's part of a page, from so many pixels ``above`` it: the rest costs time and teaches nothing."""
    top = max(int(page.zone[:, :, 1].min()) - above, 0)
    return replace(page, image=np.ascontiguousarray(page.image[top:]), zone=page.zone - np.array((0, top), np.float32))


def _lines(
    page: Pixels, zone: tuple[str, ...], points: NDArray[np.float32], rng: np.random.Generator
) -> Iterator[tuple[Pixels, str, list[float]]]:
    """Each line at several sizes, cut a little off as a reader would, and where its characters are."""
    pitch = float(np.linalg.norm(points[0, -1] - points[0, 0])) / (len(zone[0]) - 1)
    least = min(SMALLEST / pitch, 1.0)
    for scale in (1.0, *rng.uniform(least, 1, 2), *rng.uniform(least, min(2 * least, 1), 2)):
        small = captured(page, float(scale), rng)
        for text, line, middles in zip(zone, found(points, float(scale), rng), points, strict=True):
            share = ((middles + 0.5) * scale - 0.5 - line.start) @ np.subtract(line.end, line.start) / line.length**2
            growth = np.exp(line.taper)
            done = growth * share / (1 - share + growth * share)
            yield cut_line(small, line), text, list(MARGIN + done * PITCH * line.places + rng.normal(0, 1.5))


def found(points: NDArray[np.float32], scale: float, rng: np.random.Generator) -> list[TextLine]:
    """The lines through the middles of characters [line, character, 2] as a reader may find them: not quite.

    The picture is ``scale`` times as large as that of the points. Perspective is seen as the reader sees it, in
    what all lines have in common.
    """
    points = (points + 0.5) * scale - 0.5
    astray = 1.0 if rng.random() < 0.7 else 2.0
    taper = float(np.mean([_taper(middles) for middles in points]) + rng.normal(0, 0.02 * astray))
    uprights = points[-1, (0, -1)] - points[0, (0, -1)]
    lean = rng.normal(0, 0.03 * astray, 2)
    return [_found(middles, taper, uprights, lean, astray, rng) for middles in points]


def _taper(middles: NDArray[np.float32]) -> float:
    """See TextLine: the middle of a line lies nearer to the end that is farther away."""
    count = len(middles)
    half = (middles[(count - 1) // 2] + middles[count // 2]) / 2 - middles[0]
    chord = middles[-1] - middles[0]
    share = float(np.clip(half @ chord / (chord @ chord), 0.3, 0.7))
    return float(np.log(1 / share - 1)) * count / (count - 1)


def _found(
    middles: NDArray[np.float32],
    taper: float,
    uprights: NDArray[np.float32],
    lean: NDArray[np.floating[Any]],
    astray: float,
    rng: np.random.Generator,
) -> TextLine:
    start, end, middle = middles[0], middles[-1], middles[len(middles) // 2]
    pitch = float(np.hypot(*(end - start))) / (len(middles) - 1)
    along = (end - start) / np.hypot(*(end - start))
    across = np.array((-along[1], along[0]))
    bow = float((middle - (start + end) / 2) @ across + rng.normal(0, 0.03 * astray) * pitch)
    first, last = (
        point
        + (sign * (0.5 * np.exp(sign * taper) + rng.normal(0, 0.1)) * along + rng.normal(0, 0.04 * astray) * across)
        * pitch
        for point, sign in ((start, -1), (end, 1))
    )
    slants = np.clip(uprights @ along / (uprights @ across), -0.5, 0.5) + lean
    return TextLine(
        (float(first[0]), float(first[1])),
        (float(last[0]), float(last[1])),
        height=pitch * float(rng.uniform(0.86, 1.06)),
        pitch=pitch * float(rng.normal(1, 0.02)),
        bow=bow,
        taper=taper,
        slants=(float(slants[0]), float(slants[1])),
    )


def captured(page: Pixels, scale: float, rng: np.random.Generator) -> Pixels:
    """The picture at a smaller size, one time in two through JPEG."""
    small = page
    if scale < 1:
        how = (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[int(rng.integers(3))]
        small = np.asarray(cv2.resize(page, None, fx=scale, fy=scale, interpolation=how), np.uint8)
    if rng.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(45, 96))]
        small = np.asarray(cv2.imdecode(cv2.imencode(".jpg", small, quality)[1], cv2.IMREAD_GRAYSCALE), np.uint8)
    return small


def train(cells: Cells, labels: Labels, epochs: int) -> Weights:
    """Weights learned by AdamW from all but the last twentieth of the places, which judges them.

    A little label smoothing is against false certainty; the mean of the last weights is steadier
    than the last. One thread, so that a second run gives the same.
    """
    torch = import_module("torch")  # only who trains needs it
    torch.manual_seed(1)
    torch.set_num_threads(1)
    rng = np.random.default_rng(1)
    net = _net(torch)
    steps = epochs * (len(cells) - len(cells) // 20) // _BATCH
    optimiser = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=_RATE, total_steps=steps + 1, pct_start=0.1)
    mean = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998))
    held, learned = slice(-(len(cells) // 20), None), len(cells) - len(cells) // 20
    for step in range(steps):
        chosen = rng.integers(learned, size=_BATCH)
        batch = torch.from_numpy(_augmented(cells[chosen], rng)[:, None])
        with torch.autocast("cpu", torch.bfloat16):
            scores = net(batch)
        loss = torch.nn.functional.cross_entropy(
            scores.float(), torch.from_numpy(labels[chosen]), label_smoothing=_SMOOTHING
        )
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        mean.update_parameters(net)
        if step % 500 == 499:
            wrong = _errors(cells[held], labels[held], _weights_of(mean.module))
            print(f"step {step + 1} of {steps}: {wrong:.3%} of places wrong", flush=True)
    return _weights_of(mean.module)


def _net(torch: Any) -> Any:
    """The network of `ocr.glyphs.network`, as PyTorch wants it."""
    nn = torch.nn
    layers: list[Any] = []
    channels = 1
    for count, size, step in LAYERS:
        layers += [nn.Conv2d(channels, count, size, step, size // 2), nn.ReLU()]
        channels = count
    flat = nn.Flatten(1)
    places_last = nn.Sequential(*layers)
    height, width = places_last(torch.zeros(1, 1, HIGH, WIDE)).shape[2:]
    head = nn.Sequential(
        flat, nn.Linear(height * width * channels, DENSE), nn.ReLU(), nn.Dropout(0.1), nn.Linear(DENSE, len(CHARACTERS))
    )
    return nn.Sequential(places_last, head).to(memory_format=torch.channels_last)


def _weights_of(net: Any) -> Weights:
    """The weights as `ocr.glyphs.network` takes them: channels last."""
    convolutions = [layer for layer in net[0] if hasattr(layer, "kernel_size")]
    dense, last = (layer for layer in net[1] if hasattr(layer, "in_features"))
    weights: dict[str, Floats] = {}
    for i, layer in enumerate(convolutions, 1):
        kernel = layer.weight.detach().numpy()
        weights[f"kernel{i}"] = np.ascontiguousarray(kernel.transpose(2, 3, 1, 0).reshape(-1, len(kernel)))
        weights[f"bias{i}"] = layer.bias.detach().numpy().copy()
    channels = convolutions[-1].out_channels
    first = dense.weight.detach().numpy().reshape(DENSE, channels, -1).transpose(2, 1, 0)
    weights["dense1"] = np.ascontiguousarray(first.reshape(-1, DENSE))
    weights["dense_bias1"] = dense.bias.detach().numpy().copy()
    weights["dense2"] = last.weight.detach().numpy().T.copy()
    weights["dense_bias2"] = last.bias.detach().numpy().copy()
    return weights


def _augmented(cells: Cells, rng: np.random.Generator) -> Floats:
    """Other contrast, grain, shift of a pixel now and then; a stamp's ring, a pen or a reflection across some."""
    count = len(cells)
    batch = np.asarray(cells, np.float32) / np.float32(255)
    struck, hidden = (np.flatnonzero(rng.random(count) < share) for share in (_STRUCK, _HIDDEN))
    batch[struck] += (1 - batch[struck]) * _strokes(len(struck), rng, 2.0)
    batch[hidden] *= 1 - _strokes(len(hidden), rng, 3.0)
    batch *= rng.uniform(0.6, 1.1, (count, 1, 1)).astype(np.float32)
    batch += rng.normal(0, 0.06, (count, 1, 1)).astype(np.float32)
    grainy = rng.random(count) < 0.4
    sigma = rng.uniform(0, 0.08, (int(grainy.sum()), 1, 1)).astype(np.float32)
    batch[grainy] += rng.standard_normal((len(sigma), HIGH, WIDE), np.float32) * sigma
    for axis in (1, 2):
        moved = rng.random(count) < 0.3
        batch[moved] = np.roll(batch[moved], int(rng.choice((-1, 1))), axis=axis)
    soft = rng.random(count) < 0.15
    batch[soft, :, 1:-1] = (batch[soft, :, :-2] + 2 * batch[soft, :, 1:-1] + batch[soft, :, 2:]) / 4
    return batch


def _strokes(count: int, rng: np.random.Generator, most: float) -> Floats:
    """Parts of rings of any size across places, a straight line where the ring is large: 0 is untouched.

    Half as wide as ``most`` pixels at most, and from pale to opaque.
    """

    def drawn(low: float, high: float) -> Floats:
        return rng.uniform(low, high, (count, 1, 1)).astype(np.float32)

    y, x = np.mgrid[:HIGH, :WIDE].astype(np.float32)
    radius, turn = np.exp(drawn(1.5, 6)), drawn(0, 2 * np.pi)
    off = radius + drawn(-9, 9)
    distance = np.hypot(x - WIDE / 2 - off * np.cos(turn), y - HIGH / 2 - off * np.sin(turn))
    inked = np.clip(drawn(0.5, most) + 0.5 - np.abs(distance - radius), 0, 1)
    return np.asarray(inked * drawn(0.2, 1), np.float32)


def _errors(cells: Cells, labels: Labels, weights: Weights) -> float:
    parts: list[Labels] = np.array_split(np.arange(len(cells)), max(len(cells) // 4096, 1))
    wrong = [
        network(np.asarray(cells[part] / 255, np.float32), weights).argmax(axis=1) != labels[part] for part in parts
    ]
    return float(np.concatenate(wrong).mean())


def save(weights: Weights, path: Path) -> None:
    """Write weights at half precision, as `ocr.glyphs` reads them."""
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **{name: w.astype(np.float16) for name, w in weights.items()})


def main() -> None:
    """Make the places, learn them, write the weights."""
    options = argparse.ArgumentParser(prog="python -m ocr.training.glyphs", description=__doc__)
    options.add_argument("--documents", type=int, default=1000)
    options.add_argument("--epochs", type=int, default=3)
    options.add_argument("--scratch", type=Path, default=Path("build/places"), help="folder for the places")
    options.add_argument("--out", type=Path, required=True)
    given = options.parse_args()
    cells, labels = make_cells(given.documents, given.scratch)
    save(train(cells, labels, given.epochs), given.out)


if __name__ == "__main__":
    main()
