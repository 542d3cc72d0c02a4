"""The table of benchmarks/gpu.py."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A line of the table. `seconds` are a candidate's, from its start to its detections."""

    preset: str
    way: str
    at_once: int
    images_per_second: float
    step_ms: float
    start: float
    detect: float
    seconds: float
    candidates_per_hour: float
    share: float  # of the matrix product's rate
    gigabytes: float  # a process


def print_table(rows: list[Row]) -> None:
    print(
        "\n| preset | way | at once | images/s | ms a step | start s | detect s | s a candidate "
        "| candidates/h | share of matmul | GB a process |\n|" + " --- |" * 11
    )
    for r in rows:
        print(
            f"| {r.preset} | {r.way} | {r.at_once} | {r.images_per_second:,.0f} | {r.step_ms:.1f} "
            f"| {r.start:.1f} | {r.detect:.1f} | {r.seconds:,.0f} | {r.candidates_per_hour:.2f} "
            f"| {r.share:.1%} | {r.gigabytes:.1f} |"
        )
    for preset in dict.fromkeys(r.preset for r in rows):
        of_preset = [r for r in rows if r.preset == preset]
        ours = [r.candidates_per_hour for r in of_preset if r.way.startswith("graph")]
        theirs = [r.candidates_per_hour for r in of_preset if r.way == "torchvision"]
        if ours and theirs:
            print(f"{preset}: {max(ours) / theirs[0]:.1f} times torchvision's candidates an hour")
