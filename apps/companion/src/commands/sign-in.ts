/** `fieldfare login`, `logout`, `whoami`. */
import { problem } from '@fieldfare/kernel';
import { chosenServer, connect, credentialsOf, DEFAULT_SERVER, type GlobalFlags } from '../context.ts';
import { refuse, usage } from '../exit.ts';
import type { Host } from '../host.ts';
import { json } from '../output.ts';
import { serverUrl, signIn, signOut } from '../session.ts';

export interface LoginFlags extends GlobalFlags {
  readonly passwordStdin?: boolean;
}

async function passwordFor(host: Host, login: string, flags: LoginFlags): Promise<string> {
  if (flags.passwordStdin) {
    const [line = ''] = (await host.readInput()).split(/\r?\n/);
    if (line === '') throw usage('there is no password on standard input');
    return line;
  }
  const typed = await host.askPassword(`Password of ${login}: `);
  if (typed === null) throw usage('there is no terminal to type a password at: use --password-stdin');
  if (typed === '') throw refuse(problem('invalid', 'the password is empty', { rule: 'CLI-PASSWORD' }));
  return typed;
}

export async function login(host: Host, name: string, flags: LoginFlags): Promise<void> {
  if (flags.desktop !== undefined) throw usage('the desktop application has its own sign-in: unlock it there');
  const server = (await chosenServer(host, flags)) ?? serverUrl(DEFAULT_SERVER);
  const password = await passwordFor(host, name, flags);
  const held = await signIn(host, credentialsOf(host), { server, login: name, password });
  const { organisation, login: account } = held;
  host.print(
    flags.json
      ? json({ server, login: account, name: held.name, organisation })
      : `Signed in to ${organisation} at ${server} as ${held.name}.\n`,
  );
}

export async function logout(host: Host, flags: GlobalFlags): Promise<void> {
  const server = await chosenServer(host, flags);
  const ended = server !== null && (await signOut(host, credentialsOf(host), server));
  host.print(flags.json ? json({ server, ended }) : ended ? `Signed out of ${server}.\n` : 'Nobody was signed in.\n');
}

export async function whoami(host: Host, flags: GlobalFlags): Promise<void> {
  const api = await connect(host, flags);
  const [me, orgs] = await api.call((client) => Promise.all([client.identity.me.query(), client.orgs.current.query()]));
  const regions = orgs.regions.map(({ id, name, zone }) => ({ id, name, zone }));
  const roles = me.principal.roles.map(({ role }) => role);
  const organisation = orgs.organisation?.name ?? null;
  if (flags.json) {
    host.print(json({ userId: me.principal.userId, name: me.name, roles, organisation, regions }));
    return;
  }
  host.print(`${me.name} (${roles.join(', ')}) at ${organisation ?? 'an unnamed organisation'}\n`);
  for (const region of regions) host.print(`  ${region.name}  ${region.id}\n`);
}
