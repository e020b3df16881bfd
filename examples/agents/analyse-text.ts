/** What the analyst finds in a text. */
export interface Analysis {
  /** The most telling sentences, in the order of the text. */
  readonly summary: string;
  readonly keywords: readonly string[];
  readonly words: number;
  /** At 220 words a minute. */
  readonly readingMinutes: number;
}

const COMMON = new Set(
  (
    'a about after all also an and any are as at be been before begins being between but by can could did do does ' +
    'each for from goes had has have he her here him his how if in into is it its just like made make many may more most ' +
    'much must no not nothing now of off on one only or other our out over own said same she should so some somebody such ' +
    'than that the their them then there these they this those through to too under until up very was way we well were ' +
    'what when where which while who will with work would you your'
  ).split(' '),
);

const WORDS_PER_MINUTE = 220;
const SENTENCES = 2;
const KEYWORDS = 6;

/** Finds keywords by how often they occur, and the sentences in which they are densest. No model is asked. */
export function analyseText(text: string): Analysis {
  const words = wordsOf(text);
  const counts = new Map<string, number>();
  for (const word of words)
    if (!COMMON.has(word) && word.length > 2) counts.set(word, (counts.get(word) ?? 0) + 1);
  const keywords = [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, KEYWORDS);
  const scored = sentencesOf(text).map((sentence, index) => ({
    sentence,
    index,
    score: scoreOf(sentence, counts),
  }));
  const best = scored.toSorted((a, b) => b.score - a.score || a.index - b.index).slice(0, SENTENCES);
  return {
    summary: best
      .toSorted((a, b) => a.index - b.index)
      .map(({ sentence }) => sentence)
      .join(' '),
    keywords: keywords.map(([word]) => word),
    words: words.length,
    readingMinutes: Math.max(1, Math.round(words.length / WORDS_PER_MINUTE)),
  };
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [];
}

function sentencesOf(text: string): readonly string[] {
  const sentences = text.replace(/\s+/g, ' ').match(/[^.!?]+[.!?]+/g) ?? [text.trim()];
  return sentences.map((sentence) => sentence.trim());
}

/** Mean weight of a sentence's words; very short sentences tell little. */
function scoreOf(sentence: string, counts: ReadonlyMap<string, number>): number {
  const words = wordsOf(sentence);
  if (words.length < 5) return 0;
  return words.reduce((sum, word) => sum + (counts.get(word) ?? 0), 0) / (words.length + 5);
}
