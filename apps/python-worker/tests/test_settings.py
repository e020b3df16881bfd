from __future__ import annotations

import unittest

from baton_worker.settings import for_agents, for_pip, read_settings


class Settings(unittest.TestCase):
    def test_have_defaults(self) -> None:
        settings = read_settings({"DATABASE_URL": "postgres://x"})
        self.assertEqual(settings.task_queue, "baton-runs-python")
        self.assertEqual((settings.health_port, settings.calls, settings.idle), (8082, 8, 300))

    def test_hold_secrets_by_their_names(self) -> None:
        settings = read_settings({"DATABASE_URL": "postgres://x", "BATON_SECRET_KEY": "v", "OTHER": "w"})
        self.assertEqual(settings.secrets, {"KEY": "v"})

    def test_name_every_variable_that_is_wrong(self) -> None:
        wrong = {"BATON_PYTHON_CALLS": "0", "BATON_LOG_LEVEL": "loud", "BATON_AGENTS_DIR": "/nowhere/at/all"}
        with self.assertRaises(ValueError) as caught:
            read_settings(wrong)
        for name in ("DATABASE_URL", *wrong):
            self.assertIn(name, str(caught.exception))

    def test_are_not_told_to_agents(self) -> None:
        given = {
            "PATH": "/bin",
            "LC_ALL": "C",
            "OPENAI_API_KEY": "k",
            "DATABASE_URL": "x",
            "BATON_SECRET_A": "y",
        }
        self.assertEqual(for_agents(given), {"PATH": "/bin", "LC_ALL": "C"})

    def test_of_baton_are_not_told_to_pip(self) -> None:
        given = {"PIP_INDEX_URL": "i", "DATABASE_URL": "x", "BATON_SECRET_A": "y", "TEMPORAL_ADDRESS": "z"}
        self.assertEqual(for_pip(given), {"PIP_INDEX_URL": "i"})
