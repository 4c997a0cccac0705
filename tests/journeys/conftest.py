"""Lets the checks that every journey shares say what they saw when they fail."""

import pytest

pytest.register_assert_rewrite("tests.journeys.invariants", "tests.journeys.runs")
