"""On what machine was it measured? Cores, processor, memory, system, versions; never the host's name."""

import os
import platform
from importlib import metadata
from pathlib import Path


def machine() -> dict[str, str]:
    """Describe the machine and the versions that matter."""
    return {
        "cores": str(len(os.sched_getaffinity(0))),
        "processor": field_of(Path("/proc/cpuinfo"), "model name") or platform.processor() or platform.machine(),
        "memory": f"{int(field_of(Path('/proc/meminfo'), 'MemTotal').split()[0]) / 2**20:.1f} GiB",
        "system": f"{system_name()}, Linux {platform.release()}",
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in ("duckdb", "python-calamine", "keytally")},
    }


def field_of(path: Path, name: str) -> str:
    """Read the first `name: value` of a file of /proc."""
    for line in path.read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def system_name() -> str:
    """Name the distribution."""
    return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")


def load() -> str:
    """Say how busy the machine was while we measured."""
    return " ".join(f"{average:.1f}" for average in os.getloadavg())
