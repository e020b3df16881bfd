"""Graphs for scenarios: one that writes and asks, and one that takes its time."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, TypedDict

from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt


class Article(TypedDict, total=False):
    topic: str
    text: str
    published: bool


def write(article: Article) -> Article:
    # What an agent prints must not reach whoever reads its answer.
    print("writing")
    return {"text": f"About {article['topic']}."}


def ask(article: Article) -> Article:
    return {"published": interrupt({"question": f"Publish {article['topic']}?"})}


def desk(parameters: dict[str, Any]) -> Any:
    """A graph that writes, and asks before it publishes unless its parameters say otherwise."""
    graph = StateGraph(Article)
    graph.add_node("write", write)
    graph.add_edge(START, "write")
    if not parameters.get("asks", True):
        return graph.add_edge("write", END)
    graph.add_node("ask", ask)
    return graph.add_edge("write", "ask").add_edge("ask", END)


class Nap(TypedDict, total=False):
    note: str
    woken: bool


def nap(state: Nap) -> Nap:
    """Notes its process in a file and sleeps; whoever finds a note goes on at once."""
    note = Path(state["note"])
    if note.exists():
        return {"woken": True}
    note.write_text(str(os.getpid()), encoding="utf-8")
    time.sleep(600)
    return {"woken": False}


sleeper = StateGraph(Nap).add_node("nap", nap).add_edge(START, "nap").add_edge("nap", END).compile()


@tool
def look_up(river: str) -> str:
    """Where a river begins."""
    return f"{river} begins in the mountains"


def tell(state: Nap, config: RunnableConfig) -> Nap:
    """Uses a tool, and goes on when somebody has heard of it."""
    look_up.invoke({"river": "Rhine"}, config)
    heard = Path(state["note"])
    while not heard.exists():
        time.sleep(0.05)
    return {"woken": True}


teller = StateGraph(Nap).add_node("tell", tell).add_edge(START, "tell").add_edge("tell", END).compile()
