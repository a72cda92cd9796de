"""Builds the rules by themselves with Clang and its sanitizers, and lets libFuzzer price for a while.

Exit 77 (skipped and counted) when there is no Clang with libFuzzer; scripts/install-packages gets one."""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77
SECONDS = 300 if os.environ.get("MOADON_LONG") == "1" else 15
SANITIZERS = "-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined"


def find_clang(scratch):
    """The first Clang that can link a fuzzer, or None."""
    source = scratch / "probe.cpp"
    source.write_text('extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }\n')
    for name in ("clang++-14", "clang++", *(f"clang++-{version}" for version in range(22, 14, -1))):
        if shutil.which(name) is None:
            continue
        probe = subprocess.run([name, "-fsanitize=fuzzer,address,undefined", str(source), "-o", str(scratch / "probe")],
                               capture_output=True, check=False)
        if probe.returncode == 0:
            return name
    return None


def build(clang, directory, launcher):
    configure = ["cmake", "-G", "Ninja", "-S", str(ROOT / "tests/rules_alone"), "-B", str(directory),
                 "-DMOADON_FUZZ=ON", f"-DCMAKE_CXX_COMPILER={clang}", f"-DCMAKE_CXX_FLAGS={SANITIZERS}",
                 "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O1 -gline-tables-only"]
    if launcher:
        configure.append(f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}")
    # One job: other tests run beside it.
    for command in (configure, ["cmake", "--build", str(directory), "-j", "1", "--target", "pricing_fuzz"]):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-4000:]}")


def fuzz(directory, seconds):
    corpus = directory / "corpus"
    corpus.mkdir(exist_ok=True)
    for mode in range(4):
        (corpus / f"mode{mode}").write_bytes(bytes([mode]) + bytes(range(256)) * 4)
    return subprocess.run([directory / "pricing_fuzz", f"-max_total_time={seconds}", "-max_len=4096", "-timeout=10",
                           "-print_final_stats=1", f"-artifact_prefix={directory}/", str(corpus)],
                          check=False).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=pathlib.Path, required=True, help="where to build")
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--launcher", default="", help="of the compiler, such as ccache")
    options = parser.parse_args()
    directory = options.dir.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    clang = find_clang(directory)
    if clang is None:
        print("SKIPPED: no Clang with libFuzzer here (Debian: clang-14 and libclang-rt-14-dev; "
              "scripts/install-packages gets them)")
        return SKIPPED
    build(clang, directory, options.launcher)
    return fuzz(directory, options.seconds)


if __name__ == "__main__":
    sys.exit(main())
