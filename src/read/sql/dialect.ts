/** Words that Postgres has not, by the database that has them. */
const marks: [dialect: string, mark: RegExp][] = [
  ["MySQL", /`[^`\n]*`[\s\S]*\b(?:ENGINE\s*=|AUTO_INCREMENT|UNSIGNED|CHARSET|LONGTEXT|MODIFY\s+COLUMN)|\bENGINE\s*=\s*\w+|\bAUTO_INCREMENT\b|^\s*DELIMITER\b/im],
  ["ClickHouse", /\bENGINE\s*=?\s*\(?\w*MergeTree|\bON\s+CLUSTER\b|\bNullable\(|\bLowCardinality\(|\bDateTime64\(|\bPARTITION\s+BY\s+to\w+\(|\bTTL\s+\w+|\bINDEX\s+\w+\s+\S+\s+TYPE\s+\w+|\bORDER\s+BY\s+tuple\(/i],
  ["SQLite", /\bAUTOINCREMENT\b|^\s*PRAGMA\b|\bWITHOUT\s+ROWID\b|\bstrftime\(|\bunixepoch\(/im],
  ["SQL Server", /\[dbo\]|\bNVARCHAR\b|\bIDENTITY\s*\(1\s*,\s*1\)|^\s*GO\s*$|\bDATETIME2\b/im],
  ["MySQL or SQLite", /`/],
];

/** Which other database's SQL this code is (comments and strings blanked); null: nothing says so. */
export function otherDialect(code: string): string | null {
  return marks.find(([, mark]) => mark.test(code))?.[0] ?? null;
}
