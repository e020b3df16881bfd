from typing import Any

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.workflow import (
    Context,
    HumanResponseEvent,
    InputRequiredEvent,
    StartEvent,
    StopEvent,
    Workflow,
    step,
)
from llama_index.llms.openai_like import OpenAILike


def weather(city: str) -> str:
    """The weather of a city."""
    return f"sun in {city}"


async def pay(ctx: Context, amount: int) -> str:
    """Pays."""
    asked = InputRequiredEvent(prefix=f"Pay {amount}?")
    answer = await ctx.wait_for_event(HumanResponseEvent, waiter_id=f"pay {amount}", waiter_event=asked)
    return f"paid {amount}" if answer.response == "approve" else "not paid"


def build(parameters: dict[str, Any]) -> FunctionAgent:
    model = OpenAILike(
        model="stub",
        api_base=parameters["url"],
        api_key="any",
        is_chat_model=True,
        is_function_calling_model=True,
        max_retries=0,
    )
    return FunctionAgent(tools=[weather, pay], llm=model)


class Asked(StartEvent):
    topic: str


class Desk(Workflow):
    """Asks before it publishes."""

    @step
    async def ask(self, asked: Asked) -> InputRequiredEvent:
        return InputRequiredEvent(prefix=f"Publish {asked.topic}?", topic=asked.topic)

    @step
    async def publish(self, answer: HumanResponseEvent) -> StopEvent:
        return StopEvent(result={"topic": answer.topic, "said": answer.response})
