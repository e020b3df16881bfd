from __future__ import annotations

import unittest

from baton_worker.failures import failed, reported, storable
from baton_worker.invoke import to_application_error


class Failures(unittest.TestCase):
    def test_are_those_of_the_other_workers(self) -> None:
        self.assertEqual(
            failed("configuration", "No.", code="bad_config").failure,
            {
                "type": "https://open-workflow-specification.org/spec/1.0.0/errors/configuration",
                "status": 400,
                "title": "Configuration error",
                "detail": "No.",
                "retryable": False,
                "code": "bad_config",
            },
        )

    def test_that_a_host_tells_of_are_tried_again_unless_it_says_no(self) -> None:
        self.assertTrue(reported({"detail": "odd"}, "Agent").failure["retryable"])
        told = {
            "kind": "communication",
            "detail": "later",
            "status": 429,
            "retryAfterMs": 3000,
            "retryable": True,
        }
        failure = reported(told, 'Agent "a"').failure
        self.assertEqual((failure["status"], failure["retryAfterMs"]), (429, 3000))
        self.assertEqual(failure["detail"], 'Agent "a": later')

    def test_of_an_unknown_kind_are_runtime_errors(self) -> None:
        self.assertIn("/runtime", reported({"kind": "odd", "detail": "x"}, "Agent").failure["type"])

    def test_hold_nothing_that_cannot_be_stored(self) -> None:
        self.assertEqual(storable("a\ud800b\0c😀"), "a\ufffdb\ufffdc😀")

    def test_are_never_tried_again_by_temporal(self) -> None:
        failure = failed("timeout", "Late.", retryable=True).failure
        error = to_application_error(failure)
        self.assertTrue(error.non_retryable)
        self.assertEqual(error.type, failure["type"])
        self.assertEqual(error.details, (failure,))
