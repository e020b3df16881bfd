from __future__ import annotations

from typing import Any

from agno.agent import Agent
from agno.models.openai import OpenAILike
from agno.tools import tool


def weather(city: str) -> str:
    """The weather of a city."""
    return f"sun in {city}"


@tool(requires_confirmation=True)
def pay(amount: int) -> str:
    """Pays."""
    return f"paid {amount}"


@tool(requires_user_input=True, user_input_fields=["to"])
def mail(subject: str, to: str) -> str:
    """Sends a mail."""
    return f"mailed {subject} to {to}"


@tool(external_execution=True)
def ship(what: str) -> str:
    """Ships a parcel, which somebody carries out."""
    return what


def build(parameters: dict[str, Any]) -> Agent:
    model = OpenAILike(id="stub", base_url=parameters["url"], api_key="any", max_retries=0)
    return Agent(model=model, tools=[weather, pay, mail, ship])
