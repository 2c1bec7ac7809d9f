import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
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
  /** What the processor can do beyond the least of its kind, such as `avx512_bf16`, by Linux's names; [] where unknown. */
  processorFeatures(): readonly string[];
}

function readFeatures(): readonly string[] {
  try {
    if (process.platform === 'linux') return featuresIn(readFileSync('/proc/cpuinfo', 'utf8'));
    if (process.platform !== 'darwin') return [];
    const answer = execFileSync('sysctl', ['-n', 'hw.optional.arm.FEAT_BF16'], { stdio: 'pipe' });
    return answer.toString().trim() === '1' ? ['bf16'] : [];
  } catch {
    // A container may hide the file, an older macOS does not know the name.
    return [];
  }
}

/** Of the first processor of a /proc/cpuinfo, which has them as `flags` on x86 and as `Features` on Arm. */
export function featuresIn(cpuinfo: string): readonly string[] {
  return /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/) ?? [];
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
    processorFeatures: readFeatures,
  };
}
