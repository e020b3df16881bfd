import {
  Annotation,
  END,
  interrupt,
  MessagesAnnotation,
  START,
  StateGraph,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph';
import { RemoteModel } from './remote-model-fixture.ts';

const State = Annotation.Root({ ...MessagesAnnotation.spec, echo: Annotation<unknown> });

/** A graph whose model is behind a URL; whether it asks a person first is told there too. */
export function brewing({ url }: { readonly url: string }): object {
  return new StateGraph(State)
    .addNode('review', async () => {
      const answer: unknown = await (await fetch(`${url}/review`)).json();
      if (answer === true) interrupt({ question: 'May it pour?' });
      return {};
    })
    .addNode('model', async ({ messages }, { configurable }: LangGraphRunnableConfig) => {
      const said = await new RemoteModel(url, String(configurable?.['idempotency_key'])).invoke(messages);
      // More than an answer may hold.
      if (said.content.length > 1_000_000) return { echo: Array.from({ length: 4 }, () => said.content) };
      return { messages: [said] };
    })
    .addConditionalEdges(START, ({ echo }) => (echo === undefined ? 'review' : END))
    .addEdge('review', 'model')
    .addEdge('model', END)
    .compile();
}
