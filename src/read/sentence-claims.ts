import type { FoundClaim } from "./code-claims.ts";
import { readColumnList, type NamedColumns } from "./claim-columns.ts";

/** Nobody says it in more words. */
const MAX_SENTENCE = 3000;

type Sentence = { text: string; start: number };

/** A whole sentence that is about what may come to be. */
const WISH = /\b(?:todo|fixme|xxx|hack)\b|\?\s*$/i;

/** Words in front of a claim, in its clause, that make it a wish, a condition, an order or a tale about the past. */
const WISH_BEFORE =
  /\b(?:should|could|would|might|may|maybe|perhaps|consider|ideally|needs?|needed|want|wish|if|unless|until|once|whether|when|before|after|without|instead of|missing|lacks?|future|later|eventually|let's|propose|suggest|recommend|must|has to|have to|had|will|going to|plan(?:ned)?|add(?:s|ed|ing)?|creat(?:e|es|ed|ing)|introduc\w+|drop(?:s|ped|ping)?|remov\w+|replac\w+|build(?:s|ing)?|assum\w+|pretend|imagine|like a|as if|used to|no longer|e\.g|i\.e|for example|any|violat\w+|conflict\w*|fail\w*|error\w*)\b/i;
/** Words behind a claim that take it back. */
const WISH_AFTER = /^[^,;:]*\b(?:should|would|could|must|needs? to|is missing|are missing|to be added|is needed|does(?:n't| not) exist|violat\w+|conflict\w*|error\w*|fail(?:s|ed|ure)?|will be|can be added)\b/i;
/** Who speaks of making a value unique does not speak of a key. */
const MAKING = /\b(?:generat|mak|find|pick|choos|creat|ensur|comput|assign|deriv|return|produc|validat|check|verif|to be|randomly|names?|labels?|titles?|aliases|prefix|suffix|selectors?|keys? (?:is|are)|React)\w*\b/i;
const BACKING = /\b(?:enforced|backed|guarantee[ds]?|guaranteed|ensure[ds]?|protect(?:s|ed)|prevent(?:s|ed)|guarded|rely|relies|relying|source of truth|arbiter|race)\b/i;

const DENIED_BEFORE = /\b(?:no|not(?: an?| the)?|isn't|aren't|never|doesn't have an?|does not have an?|there(?:'s| is) no|lacks an?|have no|has no)\s*(?:db(?:-level)? |database(?:-level)? |real |actual |such |matching |backing |single |partial |composite )*$/i;

/** "no (a, b) unique index". */
const LISTED_LAST = /`?\([^()]*\)`?\s*$/;

const KEY = /\bunique(?:ness)?[- ](?:(?:partial|composite|compound|functional|expression|database|db|b-?tree|multi-?column)[- ])*(?:index(?:es)?|constraints?|keys?)\b/gi;
const UNIQUE_PER = /\bunique(?:ly indexed)?\s+(?:together\s+)?(?:on|per|by|for each|for every)\b|\bUNIQUE(?=\s*\()|\bunique together(?=\s*\()/g;
const COLUMNS_UNIQUE = /(\([^()]*\)|`[^`]+`|\b[a-z]+(?:_[a-z0-9]+)+\b|\b[a-z]+[A-Z]\w*)\s+(?:(?:pair|pairs|tuple|combination|combo|columns?)\s+)?(is|are|isn't|aren't|is not|are not)\s+(?:also |always |already )?unique\b/g;
const ONE_ROW = /\b(?:only|exactly|at most|at-most|max(?:imum)?|a single)?\s*one\s+((?:\w+\s+)?[a-z]+)\s+(?:exists\s+|allowed\s+)?per\b/gi;
const IDEMPOTENT = /\bidempoten(?:t|tly|cy)(?:[,:]?\s+(?:keyed|dedup(?:ed|licated)))?\s+(?:on|by|per)\b/gi;

/** The key is said to live where no schema of the project shows it. */
const ELSEWHERE = /\b(?:not|isn't|aren't) (?:\w+ )?in (?:the |our )?(?:\w+ )?schema\b|\bprod(?:uction)?-only\b|\bonly (?:exists? )?in prod(?:uction)?\b/i;

/** Claims in prose. Strict: whatever is not plainly an assertion about rows of a table is passed over. */
export function readSentenceClaims(text: string): FoundClaim[] {
  return splitSentences(text).flatMap((sentence) => {
    if (sentence.text.length > MAX_SENTENCE || WISH.test(sentence.text) || ELSEWHERE.test(sentence.text)) return [];
    const claim = readSentence(sentence.text);
    if (claim === null) return [];
    const trimmed = sentence.text.trim();
    const start = sentence.start + sentence.text.indexOf(trimmed);
    return [{ ...claim, text: trimmed.replace(/\s+/g, " "), start, end: start + trimmed.length }];
  });
}

/** A key that is only mentioned says less than the columns that another form names in the same sentence. */
function readSentence(text: string): Read {
  const key = readKey(text);
  if (key !== null && (key.columns.length > 0 || key.words !== undefined)) return key;
  return readUniquePer(text) ?? readColumnsUnique(text) ?? readOneRow(text) ?? readIdempotent(text) ?? key;
}

type Read = Pick<FoundClaim, "kind" | "columns" | "denies" | "words"> | null;

/** The words between the last comma, colon or dash outside of brackets and the claim. */
function clauseBefore(text: string, index: number): string {
  const whole = text.slice(0, index);
  const before = whole.replace(/\([^()]*\)/g, (list) => list.replace(/[,:;—–-]/g, " "));
  const cut = Math.max(before.lastIndexOf(","), before.lastIndexOf(":"), before.lastIndexOf(";"), before.lastIndexOf("—"), before.lastIndexOf(" - "), before.lastIndexOf(" – "));
  return whole.slice(cut + 1);
}

function isTakenBack(after: string): boolean {
  return WISH_AFTER.test(after.replace(/\([^()]*\)/g, ""));
}

/** "the unique index on (a, b)", "no unique constraint on a". */
function readKey(text: string): Read {
  for (const match of text.matchAll(KEY)) {
    const after = text.slice(match.index + match[0].length);
    const clause = clauseBefore(text, match.index);
    const denies = DENIED_BEFORE.test(clause.replace(LISTED_LAST, ""));
    if (WISH_BEFORE.test(clause.replace(DENIED_BEFORE, "")) || isTakenBack(after)) continue;
    const named = columnsBefore(clause) ?? columnsAfterKey(after);
    if (named !== null && (named.columns.length > 0 || named.words !== undefined)) return { kind: "key", denies, ...named };
    // "A unique key" may be React's, a cache's or an idempotency key.
    if (!denies && BACKING.test(text) && !/keys?$/i.test(match[0])) return { kind: "key", denies, columns: [] };
  }
  return null;
}

/** "… on (a, b)", "… on tenants (a, b)", "… named x on …", "… (a, b)"; null: no columns follow. */
function columnsAfterKey(after: string): NamedColumns | null {
  const lead = /^\s*(?:(?:named\s+)?(?:`[^`(]+`|[a-z]\w*_\w+)\s+)?(?:(?:covers|covering|is|are|defined|declared)\s+)?(?:(?:on|over|across|for|of|per|by)\s+)?/i.exec(after)?.[0] ?? "";
  const rest = after.slice(lead.length);
  if (!/^`?\(/.test(rest) && !/\b(?:on|over|across|for|of|per|by|covers|covering)\s+$/i.test(lead)) return null;
  const named = readColumnList(rest);
  // "is on the parent side", "for a batch": plain words only directly after on and per.
  return named?.words !== undefined && !/^\s*(?:on|per)\s+$/i.test(lead) ? null : named;
}

/** "the (a, b) unique index". */
function columnsBefore(before: string): NamedColumns | null {
  const list = /(\([^()]*\))`?\s*$/.exec(before)?.[1];
  const read = list === undefined ? null : readColumnList(list);
  return read !== null && read.columns.length > 0 ? read : null;
}

/** "unique per org_id", "unique on a + b", "UNIQUE (a, b)"; what is said to be unique in front of it is a column too: "slug is unique per orgId". */
function readUniquePer(text: string): Read {
  for (const match of text.matchAll(UNIQUE_PER)) {
    const clause = clauseBefore(text, match.index);
    const denies = DENIED_BEFORE.test(clause);
    if (WISH_BEFORE.test(clause.replace(DENIED_BEFORE, "")) || MAKING.test(clause)) continue;
    const after = text.slice(match.index + match[0].length);
    const named = isTakenBack(after) ? null : (readColumnList(after) ?? columnsBefore(clause));
    if (named === null || (named.columns.length === 0 && (named.words === undefined || !/(?:per|each|every)$/.test(match[0])))) continue;
    const listed = columnsBefore(clause);
    if (listed !== null) return { kind: "key", denies, ...listed };
    // "`Appeal` is unique on (a, b)": what is unique on a list is the row.
    if (match[0].endsWith("on")) return { kind: "key", denies, ...named };
    const subject = /(`[a-z][^`]*`|\b[a-z]+(?:_[a-z0-9]+)+\b|\b[a-z]+[A-Z]\w*)\s+(?:is|are|being)\s*(?:not\s*)?$/.exec(clause)?.[1]?.replaceAll("`", "");
    const isSubjectLost = subject === undefined && /\w\s+(?:is|are)\s*(?:not\s*)?$/.test(clause);
    if (isSubjectLost) return { kind: "key", denies, columns: [], words: [...named.columns, ...(named.words ?? [])] };
    return { kind: "key", denies, ...named, columns: subject === undefined || named.columns.length === 0 ? named.columns : [subject, ...named.columns] };
  }
  return null;
}

/** "(org_id, slug) is unique". */
function readColumnsUnique(text: string): Read {
  for (const match of text.matchAll(COLUMNS_UNIQUE)) {
    const clause = clauseBefore(text, match.index);
    // "is unique among the visible ones", "is unique to this run": within something else than the table.
    const after = text.slice(match.index + match[0].length);
    if (WISH_BEFORE.test(clause) || MAKING.test(clause) || isTakenBack(after) || /^\s+(?:to|within|among|in|enough|across|per|for)\b/.test(after)) continue;
    const named = readColumnList(match[1] ?? "");
    if (named === null || named.columns.length === 0) continue;
    return { kind: "key", denies: /n't|not/.test(match[2] ?? ""), columns: named.columns };
  }
  return null;
}

/** What a query, a page or a loop brings forth is no row that a table keeps. */
const FETCHING = /\b(?:return|render|show|expand|produc|yield|emit|group|collaps|list|display|draw|summ|aggregat|select|quer|distinct|batch|submit|process|fetch|deduped|table,)\w*/i;
const KEPT = /\b(?:at most|only|exactly|unique|constraint|index|DB|database|P2002|23505|upsert|conflict|active|pending|open)\b/i;
const RATES = /^(?:second|minute|hour|day|week|month|year|request|call|line|file|page|frame|tick|batch|process|instance|worker|test|session|render|tab|window)s?\b/i;

/** "one row per (a, b) touched by each run": within each run only. */
const NARROWED = /^[^.;]*\b(?:by|for|in|within|of|at)\s+(?:each|every)\b/i;

/** "one row per team_id and persona_id". Of other things than rows only when columns are named: "one request per second" is no claim. */
function readOneRow(text: string): Read {
  for (const match of text.matchAll(ONE_ROW)) {
    const clause = clauseBefore(text, match.index);
    const after = text.slice(match.index + match[0].length);
    if (WISH_BEFORE.test(clause) || isTakenBack(after) || RATES.test(after.trim()) || NARROWED.test(after)) continue;
    const named = readColumnList(after);
    // "One customer per org and reference" may be any rule; that an index or a constraint keeps it makes it one about rows.
    const isRow = /\b(?:row|record)$/i.test(match[1] ?? "") || /\bunique (?:index|constraint|key)\b/i.test(text);
    if (named === null || FETCHING.test(text.slice(0, match.index))) continue;
    if (named.columns.length === 0 ? named.words === undefined || !isRow : !isRow && !KEPT.test(text)) continue;
    return { kind: "one-row", denies: /\bmore than\s*$/.test(clause) || DENIED_BEFORE.test(clause), ...named };
  }
  return null;
}

/** "idempotent on messageId"; "idempotent by design" names nothing and is no claim. */
function readIdempotent(text: string): Read {
  for (const match of text.matchAll(IDEMPOTENT)) {
    const clause = clauseBefore(text, match.index);
    const named = readColumnList(text.slice(match.index + match[0].length));
    if (WISH_BEFORE.test(clause) || named === null || named.columns.length === 0) continue;
    return { kind: "idempotent", denies: DENIED_BEFORE.test(clause), columns: named.columns };
  }
  return null;
}

/** Sentences with their place: they end at a full stop, a blank line, a list item or a tag. */
function splitSentences(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  const boundary = /(?<!\b(?:e\.g|i\.e|etc|vs|cf))[.!;](?=\s|$)|\?(?=\s|$)|\n[^\S\n]*(?=\n)|\n(?=[^\S\n]*(?:[-*•]|\d+[.)])\s)|\n(?=[^\S\n]*@\w)/g;
  let start = 0;
  for (const match of text.matchAll(boundary)) {
    const end = match[0] === "?" ? match.index + 1 : match.index;
    sentences.push({ text: text.slice(start, end), start });
    start = match.index + match[0].length;
  }
  sentences.push({ text: text.slice(start), start });
  return sentences.filter((each) => each.text.trim() !== "");
}
