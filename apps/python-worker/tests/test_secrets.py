from __future__ import annotations

import base64
import unittest

from baton_worker.failures import AgentFailure
from baton_worker.secrets import names_in, put_in, redactor, resolve


class Secrets(unittest.TestCase):
    def test_are_whole_texts_wherever_they_stand(self) -> None:
        value = {"a": "$secrets.key", "b": ["$secrets.other", "$secrets.key"], "c": "no $secrets.third"}
        self.assertEqual(names_in(value), ["key", "other"])

    def test_are_put_in_place_of_their_references(self) -> None:
        put = put_in({"a": ["$secrets.key", 1], "b": "plain"}, {"key": "green-tea"})
        self.assertEqual(put, {"a": ["green-tea", 1], "b": "plain"})

    def test_are_found_by_their_names_in_capitals(self) -> None:
        self.assertEqual(resolve(["open_key"], {"OPEN_KEY": "v"}), {"open_key": "v"})

    def test_that_are_missing_are_named(self) -> None:
        with self.assertRaises(AgentFailure) as caught:
            resolve(["a", "b"], {"A": "v"})
        self.assertEqual(caught.exception.failure["detail"], 'There is no secret "b".')
        self.assertEqual(caught.exception.failure["code"], "unknown_secret")
        self.assertFalse(caught.exception.failure["retryable"])

    def test_are_taken_out_of_texts_in_every_form(self) -> None:
        redact = redactor(['a "naïve" one'])
        for text in (
            'a "naïve" one',
            "a%20%22na%C3%AFve%22%20one",
            'a \\"naïve\\" one',
            base64.b64encode('a "naïve" one'.encode()).decode(),
        ):
            self.assertEqual(redact(f"<{text}>"), "<***>")

    def test_that_are_no_secrets_stay(self) -> None:
        self.assertEqual(redactor(["abc"])("abc"), "abc")
