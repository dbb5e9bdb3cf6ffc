/** The style of what the pages have and the server's own pages have not: fields, lists, notices and choices. */
export const pageStyle: string = `:root{--bad:#b42318}
@media(prefers-color-scheme:dark){:root{--bad:#ffa198}}
h2{font-size:1rem;margin:1.5rem 0 .25rem;overflow-wrap:anywhere}
.lead{color:var(--muted)}.lead strong,.lead a{color:var(--text)}
.field{margin-block-start:1.25rem}
label{display:block;font-weight:600;margin-block-end:.375rem}
input:not([type=hidden]){background:var(--card);block-size:2.75rem;border:1px solid var(--muted);border-radius:.5rem;color:var(--text);font:inherit;inline-size:100%;padding:.5rem .75rem}
input[aria-invalid]{border:2px solid var(--bad)}
.hint{color:var(--muted);font-size:.875rem;margin:.375rem 0 0}
.error{color:var(--bad);font-size:.875rem;font-weight:600;margin:.375rem 0 0}
.alert,.notice,.warning{border:1px solid var(--line);border-inline-start:.25rem solid var(--muted);border-radius:.5rem;background:var(--ground);padding:.75rem 1rem}
.alert{border-inline-start-color:var(--bad);margin:.75rem 0}.alert a{color:inherit}.alert p{margin:0}.alert li{padding:.375rem 0}
.warning{border-inline-start-color:var(--bad)}
.client{align-items:center;display:flex;gap:.75rem;margin:0 0 1rem}
.client h1,.client h2{margin:0}
.client img,.letter{block-size:3rem;border-radius:.75rem;flex:none;inline-size:3rem;object-fit:contain}
.letter{align-items:center;background:var(--ground);border:1px solid var(--line);display:inline-flex;font-size:1.375rem;font-weight:600;justify-content:center}
.host{color:var(--muted);font-size:.875rem;overflow-wrap:anywhere}
.who{margin-block-start:.75rem}
ul{list-style:none;margin:.5rem 0;padding:0}
li{border-block-start:1px solid var(--line);padding:.625rem 0;overflow-wrap:anywhere}
li:first-child{border-block-start:0}
code{background:var(--ground);border-radius:.25rem;font:.875em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;padding:.1em .35em;overflow-wrap:anywhere}
.code{display:block;font:600 1.75rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;letter-spacing:.08em;margin-block-start:.25rem}
dl{margin:.75rem 0}dl div{border-block-start:1px solid var(--line);display:flex;flex-wrap:wrap;gap:0 1rem;justify-content:space-between;padding:.5rem 0}
dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere;font-weight:600;text-align:end}
.wide{inline-size:100%}
.quiet{background:transparent;border-color:var(--muted);color:var(--text)}
.choice{display:grid;gap:.75rem;grid-template-columns:1fr 1fr}
.choice button{inline-size:100%;padding-inline:.5rem}
.plain{background:none;border:0;color:var(--link);font-weight:400;min-block-size:1.5rem;padding:0;text-align:start;text-decoration:underline;text-underline-offset:.2em;overflow-wrap:anywhere}
.account{display:block;inline-size:100%;margin-block-start:.75rem;text-align:start}
.account .host{display:block;font-weight:400}
.aside{color:var(--muted);font-size:.875rem;margin-block-start:1.5rem}
.aside form{margin:0}
nav{border-block-start:1px solid var(--line);display:flex;flex-wrap:wrap;font-size:.875rem;gap:.5rem 1.25rem;margin-block-start:1.5rem;padding-block-start:1rem}
section{border-block-start:1px solid var(--line);margin-block-start:1.5rem;padding-block-start:.5rem}
summary{color:var(--link);cursor:pointer;min-block-size:1.5rem;overflow-wrap:anywhere;text-decoration:underline;text-underline-offset:.2em}
details form{margin-block-start:.75rem}
.danger{background:transparent;border-color:var(--bad);color:var(--bad)}
@media(max-width:22rem){.choice{grid-template-columns:1fr}}
@media(forced-colors:active){.letter,code{border:1px solid}}`
