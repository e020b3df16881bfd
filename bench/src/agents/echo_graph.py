"""A graph of LangGraph that hardly does anything."""

from __future__ import annotations

from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph


class State(TypedDict):
    echo: str


def say(state: State) -> State:
    return {"echo": f"You said: {state['echo']}"}


def echo_graph() -> Any:
    return StateGraph(State).add_node("say", say).add_edge(START, "say").add_edge("say", END).compile()
