from __future__ import annotations

from operator import add
from typing import Annotated, Any, TypedDict

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt


class Article(TypedDict, total=False):
    topic: str
    said: Annotated[list[str], add]


def write(article: Article) -> Article:
    return {"said": [f"about {article['topic']}"]}


def ask(name: str) -> Any:
    def asks(article: Article) -> Article:
        return {"said": [f"{name}: {interrupt({'question': f'{name}, is it good?'})}"]}

    return asks


def desk() -> Any:
    """Asks two people at once, one of them from within a graph of its own."""
    inner = (
        StateGraph(Article).add_node("ask", ask("Bob")).add_edge(START, "ask").add_edge("ask", END).compile()
    )
    graph = (
        StateGraph(Article)
        .add_node("write", write)
        .add_node("ada", ask("Ada"))
        .add_node("bob", inner_of(inner))
    )
    graph.add_edge(START, "write").add_edge("write", "ada").add_edge("write", "bob")
    return graph.add_edge("ada", END).add_edge("bob", END)


def inner_of(inner: Any) -> Any:
    def call(article: Article) -> Article:
        return {"said": inner.invoke({"topic": article["topic"]})["said"]}

    return call


remembers = (
    StateGraph(Article)
    .add_node("write", write)
    .add_edge(START, "write")
    .add_edge("write", END)
    .compile(checkpointer=InMemorySaver())
)


_kept = InMemorySaver()
_times: list[str] = []


def count(article: Article) -> Article:
    _times.append(article["topic"])
    return {"said": [f"written {len(_times)}"]}


counts = (
    StateGraph(Article)
    .add_node("count", count)
    .add_node("ask", ask("Ada"))
    .add_edge(START, "count")
    .add_edge("count", "ask")
    .add_edge("ask", END)
    .compile(checkpointer=_kept)
)
