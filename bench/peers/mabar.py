"""This project's reader."""

import argparse
from pathlib import Path

from bench.peers.adapter import count_cpu_time, serve
from ocr.reader import read_mrz
from ocr.tesseract import MODEL, load_engine


def main() -> None:
    """Read with the model that is named, or the one that is shipped."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", type=Path, default=MODEL)
    count_cpu_time()
    engine = load_engine(options.parse_args().model)

    def read(path: str) -> tuple[str | None, bool, str]:
        reading = read_mrz(Path(path).read_bytes(), engine=engine)
        why = " ".join(f"{obstacle.code}:{obstacle.field}" for obstacle in reading.obstacles)
        return "\n".join(reading.lines) if reading.lines else None, reading.accepted, why

    serve(read, "mabar")


if __name__ == "__main__":
    main()
