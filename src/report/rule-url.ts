/** Where a rule's page can be read: the one that was published with this version of the package. */
export function ruleUrl(name: string, version: string): string {
  return `https://unpkg.com/uniqlint@${version}/rules/${name}.md`;
}
