from __future__ import annotations

from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI


def weather(city: str) -> str:
    """The weather of a city."""
    return f"sun in {city}"


def pay(amount: int) -> str:
    """Pays."""
    return f"paid {amount}"


def model(url: str) -> ChatOpenAI:
    return ChatOpenAI(
        model="stub", base_url=url, api_key="any", streaming=True, stream_usage=True, max_retries=0
    )


def build(parameters: dict[str, Any]) -> Any:
    asks = HumanInTheLoopMiddleware(interrupt_on={"pay": True})
    return create_agent(model(parameters["url"]), tools=[weather, pay], middleware=[asks])


def build_chain(parameters: dict[str, Any]) -> Any:
    return ChatPromptTemplate.from_template("say about {topic}") | model(parameters["url"])
