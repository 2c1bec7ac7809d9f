import { statfs } from 'node:fs/promises';
import { homedir } from 'node:os';

/** Everything this folder asks of the machine, in one place, so that a test can hand in another machine. */
export interface Machine {
  env: Record<string, string | undefined>;
  platform: string;
  arch: string;
  home: string;
  cwd: string;
  /** Version of Node without the leading v. */
  node: string;
  /** Version of the GNU C library; undefined on Linux means another C library (musl), which no wheel supports. */
  glibc(): string | undefined;
  freeBytes(folder: string): Promise<number>;
}

export function thisMachine(): Machine {
  return {
    env: process.env,
    platform: process.platform,
    arch: process.arch,
    home: homedir(),
    cwd: process.cwd(),
    node: process.versions.node,
    glibc() {
      const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
      return report.header?.glibcVersionRuntime;
    },
    async freeBytes(folder) {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
  };
}
