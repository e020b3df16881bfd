"""
Tasks with `human_input`: instead of a console, people are asked. What was done until then travels in the
pause: the outputs of finished tasks, and the answer that somebody has to look at.
"""

from __future__ import annotations

from typing import Any

from crewai.tasks.task_output import TaskOutput

from ..answers import state_of, text_answer
from ..faults import Fault


class CrewPaused(BaseException):
    """Ends a kickoff. No Exception: agents try again after those."""

    def __init__(self, answer: str, task: Any) -> None:
        super().__init__("a task waits for a person")
        self.answer = answer
        self.task = task


class AsksPeople:
    """Stands where CrewAI would read from a console."""

    def setup_messages(self, context: Any) -> bool:
        return False

    def post_setup_messages(self, context: Any) -> None:
        return None

    def handle_feedback(self, formatted_answer: Any, context: Any) -> Any:
        raise CrewPaused(str(formatted_answer.output), context.task)

    async def handle_feedback_async(self, formatted_answer: Any, context: Any) -> Any:
        return self.handle_feedback(formatted_answer, context)


def pause_of(crew: Any, paused: CrewPaused) -> dict[str, Any]:
    """The pause; the words of a rejection go to the agent, which tries again and asks again."""
    done = []
    for task in crew.tasks:
        if task.output is None:
            break
        output = task.output
        done.append({"raw": output.raw, "json": output.json_dict, "agent": output.agent})
    name = getattr(paused.task, "name", None) or "a task"
    return {
        "kind": "approval",
        "title": f"Is the result of {name} good?"[:120],
        "body": paused.answer,
        "actions": [
            {"id": "approve", "outcome": "approve", "requireComment": False},
            {"id": "reject", "label": "Ask for changes", "outcome": "reject", "requireComment": True},
        ],
        "resume": {"done": done, "answer": paused.answer},
    }


def go_on(crew: Any, resume: dict[str, Any]) -> None:
    """
    Puts a crew where it has paused. A result that was approved is what the task's agent answers, so that
    all that follows an answer (its form, its file, its callbacks) happens; any other is done again with
    what was said of it.
    """
    done, words = state_of(resume, "done"), str(state_of(resume, "answer"))
    if not isinstance(done, list) or len(done) >= len(crew.tasks):
        raise Fault("validation", "the state to resume from is of another crew", code="invalid_resume")
    for task, output in zip(crew.tasks, done, strict=False):
        task.output = TaskOutput(
            description=task.description, raw=output["raw"], json_dict=output["json"], agent=output["agent"]
        )
    # With it, a crew goes on with the first task that has no output.
    crew.checkpoint_kickoff_event_id = "paused"
    task, answer = crew.tasks[len(done)], resume["answer"]
    if answer.get("outcome") == "approve":
        task.human_input = False
        _answer_with(task, crew, words)
    else:
        task.description = (
            f"{task.description}\n\nYou have answered this before:\n{words}\n\n"
            f"Somebody has looked at it and said:\n{text_answer(answer)}\n\nAnswer anew, with that in mind."
        )


def _answer_with(task: Any, crew: Any, words: str) -> None:
    """Has whoever does this task answer so, once."""
    for agent in {
        id(one): one for one in [task.agent, crew.manager_agent, *crew.agents] if one is not None
    }.values():
        execute = agent.execute_task

        def answered(*given: Any, execute: Any = execute, **named: Any) -> Any:
            asked = given[0] if given else named.get("task")
            return words if asked is task else execute(*given, **named)

        # A field of this name would be refused by the model that an agent is.
        object.__setattr__(agent, "execute_task", answered)
