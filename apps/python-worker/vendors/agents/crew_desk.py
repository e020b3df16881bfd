from __future__ import annotations

from typing import Any

from crewai import LLM, Agent, Crew, Task
from crewai.tools import tool


@tool("weather")
def weather(city: str) -> str:
    """The weather of a city."""
    return f"sun in {city}"


def build(parameters: dict[str, Any]) -> Crew:
    return crew_of(parameters["url"], asks=False)


def build_asking(parameters: dict[str, Any]) -> Crew:
    return crew_of(parameters["url"], asks=True)


def crew_of(url: str, *, asks: bool) -> Crew:
    model = LLM(model="openai/stub", base_url=url, api_key="any", stream=True)
    writer = Agent(
        role="writer", goal="write", backstory="none", llm=model, tools=[weather], max_retry_limit=0
    )
    draft = Task(name="draft", description="{ask}", expected_output="a text", agent=writer, human_input=asks)
    polish = Task(name="polish", description="[[say polished]]", expected_output="a text", agent=writer)
    return Crew(agents=[writer], tasks=[draft, polish])
