"""What a version before may say is still understood, and means the same."""

import unittest

import club
import neighbours


class VocabularyTest(unittest.TestCase):
    def test_it_only_grew_since_version_0_3(self):
        before, today = (self.elements(words.files) for words in (
            neighbours.Words(), neighbours.Words(club.BUILD / "moadon_v1.desc")))
        self.assertGreater(len(before), 1000)
        self.assertEqual({name: (what, today.get(name)) for name, what in before.items()
                          if today.get(name) != what}, {})

    def elements(self, files):
        """Every message field, enum value and call by its full name, with all that makes two versions understand it alike."""
        found = {}
        for file in files.file:
            if file.package + "." != neighbours.PACKAGE:
                continue
            for message in file.message_type:
                self.add_message(found, file.package, message)
            for enum in file.enum_type:
                found.update({f"{file.package}.{enum.name}={value.number}": value.name for value in enum.value})
            for service in file.service:
                found.update({f"{service.name}/{m.name}": (m.input_type, m.output_type, m.client_streaming,
                                                           m.server_streaming) for m in service.method})
        return found

    def add_message(self, found, scope, message):
        name = f"{scope}.{message.name}"
        for field in message.field:
            oneof = message.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else None
            found[f"{name}={field.number}"] = (field.name, field.type, field.type_name, field.label, oneof,
                                               field.proto3_optional)
        for nested in message.nested_type:
            self.add_message(found, name, nested)
        for enum in message.enum_type:
            found.update({f"{name}.{enum.name}={value.number}": value.name for value in enum.value})


if __name__ == "__main__":
    unittest.main()
