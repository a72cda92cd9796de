"""Runs one file of tests in random order, printing the seed; exits 77 when every test was skipped."""

import importlib.util
import os
import pathlib
import random
import sys
import unittest


def flatten(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flatten(test)
        else:
            yield test


def main():
    path = pathlib.Path(sys.argv[1])
    seed = int(os.environ.get("MOADON_TEST_SEED", random.randrange(2**32)))
    print(f"seed {seed} (repeat with MOADON_TEST_SEED={seed})", flush=True)
    random.seed(seed)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    loader = unittest.defaultTestLoader
    if len(sys.argv) > 2:
        tests = list(flatten(loader.loadTestsFromNames(sys.argv[2:], module)))
    else:
        tests = list(flatten(loader.loadTestsFromModule(module)))
    # Classes with a shared club stay together; their order and the order inside are random.
    by_class = {}
    for test in tests:
        by_class.setdefault(type(test), []).append(test)
    classes = list(by_class)
    random.shuffle(classes)
    suite = unittest.TestSuite()
    for cls in classes:
        random.shuffle(by_class[cls])
        suite.addTests(by_class[cls])
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    for test, why in result.skipped:
        print(f"SKIPPED {test}: {why}")
    if not result.wasSuccessful():
        return 1
    ran = result.testsRun
    return 77 if ran == 0 or len(result.skipped) >= max(ran, 1) else 0


if __name__ == "__main__":
    sys.exit(main())
