"""Branch coverage of the rules by their unit tests: build, run, merge, print. Called by scripts/coverage."""

import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEAST_PERCENT = 95
FLAGS = "-fprofile-instr-generate -fcoverage-mapping"
# Properties take the same cases every time, and so the same branches.
CASES = "seed=20261121 max_success=500"
VERSIONS = ("-14", "", *(f"-{version}" for version in range(22, 14, -1)))


def find_tools():
    """clang++, llvm-profdata and llvm-cov of one version."""
    for version in VERSIONS:
        tools = [shutil.which(name + version) for name in ("clang++", "llvm-profdata", "llvm-cov")]
        if all(tools):
            return tools
    sys.exit("no Clang with its coverage tools here (Debian: clang-14, libclang-rt-14-dev and llvm-14)")


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        sys.exit(f"{done.stdout[-4000:]}\n{done.stderr[-2000:]}\n{command[0]} failed")
    return done.stdout


def build(clang, directory, launcher):
    run("cmake", "-G", "Ninja", "-S", ROOT / "tests/rules_alone", "-B", directory, "-DMOADON_TESTS=ON",
        f"-DCMAKE_CXX_COMPILER={clang}", f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}", "-DCMAKE_BUILD_TYPE=Debug",
        "-DCMAKE_CXX_FLAGS_DEBUG=-O0", f"-DCMAKE_CXX_FLAGS={FLAGS}")
    run("cmake", "--build", directory, "--target", "rules/all")


def measure(profdata, cov, directory):
    """What llvm-cov says of each file of rules that is no test."""
    profiles = directory / "profiles"
    shutil.rmtree(profiles, ignore_errors=True)
    run("ctest", "--test-dir", directory / "rules", "--output-on-failure",
        env={**os.environ, "LLVM_PROFILE_FILE": str(profiles / "%p.profraw"), "RC_PARAMS": CASES})
    merged = directory / "merged.profdata"
    run(profdata, "merge", "-sparse", "-o", merged, *sorted(profiles.glob("*.profraw")))
    programs = [path for path in sorted((directory / "rules").glob("*_test")) if os.access(path, os.X_OK)]
    objects = [argument for path in programs[1:] for argument in ("-object", path)]
    exported = run(cov, "export", f"-instr-profile={merged}", programs[0], *objects)
    files = {}
    for file in json.loads(exported)["data"][0]["files"]:
        path = pathlib.Path(os.path.normpath(file["filename"]))
        if path.parent == ROOT / "rules" and not re.search(r"_test$|^test_", path.stem):
            files[path.name] = file
    return files


def untaken_lines(file):
    """Line numbers with a branch that never went one of its ways, each with how many ways."""
    lines = collections.Counter()
    for line, _, _, _, true_count, false_count, *_ in file["branches"]:
        lines[line] += (true_count == 0) + (false_count == 0)
    return {line: count for line, count in sorted(lines.items()) if count}


def print_table(files, with_lines):
    taken = ways = 0
    print(f"{'':32} {'branches':>9} {'taken':>6} {'':>7}")
    for name, file in sorted(files.items()):
        branches = file["summary"]["branches"]
        if branches["count"] == 0:
            continue
        ways += branches["count"]
        taken += branches["covered"]
        print(f"{name:32} {branches['count']:9} {branches['covered']:6} {branches['percent']:6.1f}%")
        if with_lines:
            text = (ROOT / "rules" / name).read_text(encoding="utf-8").splitlines()
            for line, count in untaken_lines(file).items():
                print(f"    {line}: {text[line - 1].strip()}  [{count}]")
    if ways == 0:
        sys.exit("nothing was measured")
    percent = 100 * taken / ways
    print(f"{'rules':32} {ways:9} {taken:6} {percent:6.1f}%")
    return percent


def main():
    parser = argparse.ArgumentParser(prog="scripts/coverage", description="Branch coverage of the rules.")
    parser.add_argument("--dir", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--launcher", default="", help=argparse.SUPPRESS)
    parser.add_argument("--lines", action="store_true", help="also the lines with branches never taken")
    options = parser.parse_args()
    clang, profdata, cov = find_tools()
    directory = options.dir.resolve()
    build(clang, directory, options.launcher)
    percent = print_table(measure(profdata, cov, directory), options.lines)
    if percent < LEAST_PERCENT:
        sys.exit(f"below {LEAST_PERCENT}%")


if __name__ == "__main__":
    main()
