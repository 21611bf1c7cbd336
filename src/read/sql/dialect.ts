/** Words that Postgres has not, by the database that has them. */
const marks: [dialect: string, mark: RegExp][] = [
  [
    "ClickHouse",
    /\bENGINE\s*=?\s*\(?\s*(?:Replicated|Shared)?\w*(?:MergeTree|Log|Distributed)\b|\bON\s+CLUSTER\b|\b(?:Nullable|LowCardinality|DateTime64|CODEC|toDateTime\w*|Map|Array)\(|\bMATERIALIZED?\s+(?:INDEX|COLUMN|PROJECTION|VIEW\s+(?:IF\s+NOT\s+EXISTS\s+)?[\w.]+\s+TO)\b|\b(?:ADD|DROP)\s+INDEX\s+IF\s+(?:NOT\s+)?EXISTS\b|\bSETTINGS\s+(?:\w+\s*=|PROFILE)|\bMODIFY\s+QUERY\b|\bTYPE\s+(?:minmax|bloom_filter|set|tokenbf_v1|ngrambf_v1)\b|\bORDER\s+BY\s+tuple\(|\b(?:countIf|sumIf|argMax|groupArray|uniqExact)\w*\(|^\s*ALTER\s+TABLE\s+\S+\s+(?:UPDATE|DELETE)\b|\bIDENTIFIED\s+(?:WITH|BY)\b|\bON\s+\*\.\*/im,
  ],
  ["MySQL", /\bENGINE\s*=\s*\w+|\bAUTO_INCREMENT\b|\bON\s+DUPLICATE\s+KEY\b|\bUNSIGNED\b|\bLONGTEXT\b|\bMODIFY\s+COLUMN\b|\bCHARACTER\s+SET\s+utf8|\bCHARSET\s*=|^\s*DELIMITER\b|^\s*USE\s+\w+|\bUNIX_TIMESTAMP\(|\bINTERVAL\s+\S+\s+(?:DAY|HOUR|MINUTE|MONTH|SECOND)\b|\bINSERT\s+IGNORE\b/im],
  ["SQLite", /\bAUTOINCREMENT\b|^\s*PRAGMA\b|\bWITHOUT\s+ROWID\b|\bstrftime\(|\bunixepoch\(|\bINSERT\s+OR\s+(?:IGNORE|REPLACE|ABORT)\b/im],
  ["SQL Server", /\[dbo\]|\bNVARCHAR\b|\bIDENTITY\s*\(\d+\s*,\s*\d+\)|^\s*GO\s*$|\bDATETIME2\b|\bUNIQUEIDENTIFIER\b/im],
];

/**
 * Which other database's SQL a file is, by the statements that Postgres refuses (comments and strings blanked); null: nothing says so.
 * Backquotes alone could be a slip, so they count only where most statements are refused.
 */
export function otherDialect(refused: string[], readable: number): string | null {
  const named = marks.find(([, mark]) => refused.some((code) => mark.test(code)))?.[0];
  if (named !== undefined) return named;
  const foreign = refused.filter((code) => /`|(?:=|,|\()\s*\?\s*(?:[,);]|$|and\b|or\b|limit\b|order\b)/im.test(code)).length;
  return foreign > 0 && refused.length >= readable ? "MySQL or SQLite" : null;
}
