/** What a fixture's expected.json says of one finding. What it leaves out may be anything. */
export type ExpectedFinding = {
  rule: string;
  file: string;
  line: number;
  severity?: "error" | "warning";
  /** A part of the message. */
  message?: string;
  sqlstate?: string | null;
};

export type FoundFinding = Required<Omit<ExpectedFinding, "sqlstate">> & { sqlstate: string | null };

/** Both ways: one line for each finding that is missing (-), that is too much (+) or that differs (≠); empty: all is as expected. */
export function compareFindings(expected: ExpectedFinding[], found: FoundFinding[]): string[] {
  const unmatched = [...found];
  const take = (matches: (finding: FoundFinding) => boolean): FoundFinding | null => {
    const index = unmatched.findIndex(matches);
    return index < 0 ? null : (unmatched.splice(index, 1)[0] ?? null);
  };
  // Exact matches first, so that of two findings on one line each gets its own.
  const open = expected.filter((wanted) => take((finding) => standsAt(finding, wanted) && differences(finding, wanted).length === 0) === null);
  const lines = open.map((wanted) => {
    const near = take((finding) => standsAt(finding, wanted));
    if (near === null) return `- ${show(wanted)}`;
    return `≠ ${show(wanted)}: ${differences(near, wanted).join(", ")}`;
  });
  return [...lines, ...unmatched.map((finding) => `+ ${show(finding)}`)];
}

function standsAt(finding: FoundFinding, wanted: ExpectedFinding): boolean {
  return finding.rule === wanted.rule && finding.file === wanted.file && finding.line === wanted.line;
}

function differences(finding: FoundFinding, wanted: ExpectedFinding): string[] {
  const found: string[] = [];
  if (wanted.severity !== undefined && wanted.severity !== finding.severity) found.push(`severity is ${finding.severity}, not ${wanted.severity}`);
  if (wanted.sqlstate !== undefined && wanted.sqlstate !== finding.sqlstate) found.push(`sqlstate is ${finding.sqlstate}, not ${wanted.sqlstate}`);
  if (wanted.message !== undefined && !finding.message.includes(wanted.message)) {
    found.push(`"${finding.message}" does not contain "${wanted.message}"`);
  }
  return found;
}

function show({ rule, file, line, severity, message }: ExpectedFinding): string {
  return `${file}:${line} ${rule}${severity === undefined ? "" : ` (${severity})`}${message === undefined ? "" : `: ${message}`}`;
}
