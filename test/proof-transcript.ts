/** What somebody typed and what was answered, as psql shows it. `name=>` asks PostgreSQL, `name>` runs JavaScript; `name->` goes on. */
export type Step = {
  /** Blank lines and notes (`-- …`) before it. */
  lead: string[];
  /** As typed, with prompts. */
  typed: string[];
  session: string;
  language: "sql" | "javascript";
  /** As typed, without prompts. */
  text: string;
  /** Lines. */
  answer: string[];
};

const PROMPT = /^([a-z]+)(=>|>|->) ?(.*)$/;

/** @throws when the text does not begin with a prompt, or goes on with what another session began. */
export function parseTranscript(transcript: string): Step[] {
  const steps: Step[] = [];
  let lead: string[] = [];
  for (const line of transcript.trimEnd().split("\n")) {
    const [, session, prompt, text = ""] = PROMPT.exec(line) ?? [];
    const last = steps.at(-1);
    if (session === undefined) {
      // Where nothing was answered since, a note belongs to what is typed next.
      if (line === "" || line.startsWith("-- ") || last === undefined) lead.push(line);
      else last.answer.push(...lead.splice(0), line);
    } else if (prompt === "->") {
      if (last === undefined || last.session !== session || last.answer.length > 0) throw new Error(`goes on with nothing: ${line}`);
      last.typed.push(line);
      last.text += `\n${text}`;
    } else {
      steps.push({ lead, typed: [line], session, language: prompt === "=>" ? "sql" : "javascript", text, answer: [] });
      lead = [];
    }
  }
  if (lead.some((line) => !line.startsWith("-- "))) throw new Error(`neither typed nor answered: ${lead.join("\n")}`);
  return steps;
}

export function printTranscript(steps: Step[]): string {
  return steps.flatMap(({ lead, typed, answer }) => [...lead, ...typed, ...answer]).join("\n");
}
