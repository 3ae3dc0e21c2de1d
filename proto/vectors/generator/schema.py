"""Messages from the descriptors that protoc makes of proto/; no generated code is needed."""

import subprocess
import tempfile
from pathlib import Path
from types import SimpleNamespace

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory


class Schema:
    """All messages by name."""

    def __init__(self, folder):
        files = sorted(str(path.relative_to(folder)) for path in Path(folder).glob("botd/**/*.proto"))
        with tempfile.NamedTemporaryFile() as out:
            subprocess.run(["protoc", f"-I{folder}", f"--descriptor_set_out={out.name}", *files], check=True)
            files = descriptor_pb2.FileDescriptorSet.FromString(Path(out.name).read_bytes())
        pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            pool.AddSerializedFile(file.SerializeToString())
        self.pool = pool
        names = ("Request", "Response", "Status")
        self.ttrpc = SimpleNamespace(**{name: self.type(f"botd.ttrpc.v1.{name}") for name in names})

    def type(self, name):
        return message_factory.GetMessageClass(self.pool.FindMessageTypeByName(name))

    def message(self, name, fields=None):
        """A message from its fields, named as in the schema; enums by name."""
        return json_format.ParseDict(fields or {}, self.type(name)())
