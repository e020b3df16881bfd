"""How much memory a process uses, in MB; 0 when nobody can tell."""

from __future__ import annotations

import os
import subprocess


def resident_mb(pid: int) -> int:
    """Of the process alone, without what it has started."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // (1024 * 1024)
    except (OSError, IndexError, ValueError):
        return 0 if os.path.isdir("/proc/self") else _asked_of_ps(pid)


def _asked_of_ps(pid: int) -> int:
    asked = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)
    text = asked.stdout.strip()
    return int(text) // 1024 if text.isdecimal() else 0
