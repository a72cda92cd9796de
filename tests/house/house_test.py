"""Rules of the house that a machine can hold us to."""

import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = {".cpp", ".h", ".c"}


def files(*folders, suffixes=CODE, tests=False):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and (tests or not re.search(r"_test$|^test_|^fake_", path.stem)):
                yield path


def code_of(path):
    """The text without comments and strings, so that prose does not count."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"//[^\n]*", "", text)
    return re.sub(r'"(\\.|[^"\\\n])*"', '""', text)


def hits(pattern, paths):
    found = []
    for path in paths:
        for number, text in enumerate(code_of(path).splitlines(), 1):
            if re.search(pattern, text):
                found.append(f"{path.relative_to(ROOT)}:{number}: {text.strip()}")
    return found


class HouseTest(unittest.TestCase):
    def test_no_floating_point_where_money_is_decided_or_kept(self):
        self.assertEqual(hits(r"\b(float|double)\b", files("rules", "server/storage")), [])

    def test_no_floating_point_in_the_vocabulary(self):
        protos = files("proto", suffixes={".proto"})
        self.assertEqual(hits(r"^\s*(repeated |optional )?(float|double)\b", protos), [])

    def test_rules_have_no_clock_no_io_and_no_randomness(self):
        forbidden = (r"\b(absl::Now|time\(|gettimeofday|clock_gettime|system_clock|steady_clock|"
                     r"fopen|ifstream|ofstream|std::cout|std::cerr|printf|getenv|rand\(|random_device|"
                     r"BitGen|spdlog|sqlite3|grpc|LoadTimeZone|LocalTimeZone)")
        self.assertEqual(hits(forbidden, files("rules")), [])

    def test_rules_include_only_what_decides(self):
        allowed = re.compile(
            r'"(rules/[\w/]+\.h|moadon/v1/\w+(?<!\.grpc)\.pb\.h|google/protobuf/[\w.]+\.h'
            r'|absl/(status|strings|container|numeric|types)/\w+\.h|absl/time/(civil_time|time)\.h)"|'
            r'<(algorithm|array|bitset|cstddef|cstdint|deque|functional|initializer_list|iterator|limits|map|memory'
            r'|numeric|optional|set|stdexcept|string|string_view|tuple|type_traits|utility|variant|vector)>')
        wrong = [f"{path.relative_to(ROOT)}: {include}" for path in files("rules")
                 for include in re.findall(r"^\s*#\s*include\s+(\S+)", path.read_text(encoding="utf-8"), flags=re.M)
                 if not allowed.fullmatch(include)]
        self.assertEqual(wrong, [])

    def test_the_system_clock_is_read_in_one_file_of_each_program(self):
        clock = r"\b(absl::Now\(|absl::GetCurrentTimeNanos|system_clock::now|gettimeofday|time\(nullptr\)|time\(NULL\))"
        for folder, allowed in (("server", {"server/clock.cpp", "server/rpc/grpc_server.cpp"}),
                                ("client/agent", {"client/agent/system_clock.cpp"}),
                                ("sqlite", set()), ("rules", set())):
            found = {hit.split(":")[0] for hit in hits(clock, files(folder))}
            self.assertLessEqual(found, allowed)

    def test_sql_lives_in_the_stores_only(self):
        sql = re.compile(r'"[^"\n]*\b(SELECT .* FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b')
        found = []
        for path in files("server", "client", "gateway", "plugin", "rules"):
            relative = str(path.relative_to(ROOT))
            if relative.startswith(("server/storage/", "client/agent/journal",
                                    "client/agent/card_rows")):
                continue
            if sql.search(path.read_text(encoding="utf-8")):
                found.append(relative)
        self.assertEqual(found, [])

    def test_no_vague_names(self):
        vague = {"util", "utils", "common", "helper", "helpers", "misc", "manager", "base"}
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
        if listed.returncode != 0:
            self.skipTest("not a git checkout")
        found = [name for name in listed.stdout.split()
                 if vague & set(re.split(r"[/._]", name.lower()))]
        self.assertEqual(found, [])

    def test_no_file_is_longer_than_it_may_be(self):
        long = [f"{path.relative_to(ROOT)}: {count}" for path in
                files("rules", "gateway", "sqlite", "server", "client", "plugin", "tests",
                      suffixes=CODE | {".py", ".sql"}, tests=True)
                if path.name != "schema.sql"  # what the migrations make: as long as that is
                and (count := path.read_text(encoding="utf-8").count("\n")) > 500]
        self.assertEqual(long, [])

    def test_every_element_of_the_vocabulary_has_a_comment(self):
        bare = []
        for path in files("proto", suffixes={".proto"}):
            lines = path.read_text(encoding="utf-8").splitlines()
            for number, text in enumerate(lines):
                element = re.match(r"\s*(message|enum|service|rpc|oneof|\w[\w.<>, ]* \w+ = \d+;)", text)
                if element is None or text.strip().startswith(("//", "option", "reserved")):
                    continue
                if not lines[number - 1].strip().startswith("//"):
                    bare.append(f"{path.name}:{number + 1}: {text.strip()}")
        self.assertEqual(bare, [])

    def test_the_boxes_link_one_way_only(self):
        allowed = {
            "rules": {"rules", "moadon"},
            "identity": {"identity", "rules", "moadon", "tests"},
            "sqlite": {"sqlite", "rules", "moadon", "tests"},
            "gateway": {"gateway", "rules", "moadon", "tests"},
            "server/storage": {"server/storage", "sqlite", "identity", "rules", "moadon"},
            "server/operations": {"server/operations", "server/storage", "server/clock", "sqlite",
                                  "identity", "rules", "moadon"},
            "server/insight": {"server/insight", "server/operations", "server/storage",
                               "server/clock", "sqlite", "identity", "rules", "moadon", "tests"},
            "server/jobs": {"server/jobs", "server/insight", "server/operations",
                            "server/storage", "server/clock", "sqlite", "rules", "moadon"},
            "server/rpc": {"server/rpc", "server/insight", "server/operations", "server/storage",
                           "server/clock", "gateway", "rules", "moadon"},
            "client/lib": {"client/lib", "gateway/status", "rules", "moadon"},
            "client/wording": {"client/wording", "rules", "moadon"},
            "client/agent": {"client/agent", "client/lib", "client/wording", "identity", "rules",
                             "gateway", "sqlite", "moadon"},
            "client/cli": {"client/cli", "client/lib", "client/wording", "rules", "gateway/status",
                           "moadon"},
            "plugin": {"plugin"},
        }
        wrong = []
        for folder, targets in allowed.items():
            for path in files(folder):
                for text in path.read_text(encoding="utf-8").splitlines():
                    include = re.match(r'#include "([^"]+)"', text)
                    if include is None:
                        continue
                    target = include[1]
                    if not (ROOT / target).exists() and not target.startswith("moadon/"):
                        continue  # generated beside its own target
                    if not any(target == t or target.startswith((t + "/", t + ".")) for t in targets):
                        wrong.append(f"{path.relative_to(ROOT)}: {target}")
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
