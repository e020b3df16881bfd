import { Annotation, END, interrupt, START, StateGraph } from '@langchain/langgraph';

const Refund = Annotation.Root({
  order: Annotation<string>,
  amount: Annotation<number>,
  reason: Annotation<string>,
  approved: Annotation<boolean>,
  letter: Annotation<string>,
});

/** What the desk decides by itself. */
interface Desk {
  /** Refunds up to this amount need nobody's word. */
  readonly free: number;
}

/** A desk that refunds orders, and asks before it gives much away. */
export function refundDesk({ free }: Desk): object {
  return new StateGraph(Refund)
    .addNode('weigh', ({ order, amount }, { writer }) => {
      writer?.(`Order ${order}: ${amount} dollars, ${amount > free ? 'a person decides' : 'no question'}.`);
      return { approved: amount <= free };
    })
    .addNode('ask', ({ order, amount, reason }) => {
      const approved: unknown = interrupt({ question: `Refund ${amount} dollars for ${order}?`, reason });
      return { approved: approved === true };
    })
    .addNode('write', ({ order, amount, approved }) => ({
      letter: approved ? `We have refunded ${amount} dollars for ${order}.` : `We cannot refund ${order}.`,
    }))
    .addEdge(START, 'weigh')
    .addConditionalEdges('weigh', ({ approved }) => (approved ? 'write' : 'ask'))
    .addEdge('ask', 'write')
    .addEdge('write', END)
    .compile();
}
