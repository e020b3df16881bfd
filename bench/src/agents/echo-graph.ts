import { Annotation, END, START, StateGraph } from '@langchain/langgraph';

const State = Annotation.Root({ echo: Annotation<string> });

/** A graph of LangGraph that hardly does anything. */
export function echoGraph() {
  return new StateGraph(State)
    .addNode('say', ({ echo }) => ({ echo: `You said: ${echo}` }))
    .addEdge(START, 'say')
    .addEdge('say', END)
    .compile();
}
