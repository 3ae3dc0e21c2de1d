"""Addresses of a daemon: `unix:PATH` and `tcp://HOST:PORT`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Address:
    """Where a daemon listens: `path` for a Unix socket, else `host` and `port`.

    >>> Address.parse("unix:/run/botd/botd.sock").path
    '/run/botd/botd.sock'
    >>> str(Address.parse("tcp://[::1]:7000"))
    'tcp://[::1]:7000'
    """

    path: str = ""
    host: str = ""
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> Address:
        """Reads an address.

        Raises:
            ValueError: for any other form.
        """
        if text.startswith("unix:") and len(text) > 5:
            return cls(path=text[5:])
        match = re.fullmatch(r"tcp://(?:\[([^\]]+)\]|([^:/\[\]]+)):(\d{1,5})", text)
        if match is None or not 0 < int(match[3]) < 65_536:
            raise ValueError(f'an address is "unix:PATH" or "tcp://HOST:PORT", not "{text}"')
        return cls(host=match[1] or match[2], port=int(match[3]))

    def __str__(self) -> str:
        if self.path:
            return f"unix:{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp://{host}:{self.port}"


def default_address(environment: Mapping[str, str] = os.environ) -> Address:
    """`BOTD_ADDRESS`, else the daemon's default socket for these environment variables.

    >>> str(default_address({"XDG_RUNTIME_DIR": "/run/user/1000", "HOME": "/home/u"}))
    'unix:/run/user/1000/botd/botd.sock'
    >>> str(default_address({"HOME": "/home/u"})), str(default_address({}))
    ('unix:/home/u/.botd/botd.sock', 'unix:/run/botd/botd.sock')
    """
    given = environment.get("BOTD_ADDRESS")
    if given:
        return Address.parse(given)
    if environment.get("XDG_RUNTIME_DIR"):
        return Address(path=f"{environment['XDG_RUNTIME_DIR']}/botd/botd.sock")
    if environment.get("HOME"):
        return Address(path=f"{environment['HOME']}/.botd/botd.sock")
    return Address(path="/run/botd/botd.sock")
