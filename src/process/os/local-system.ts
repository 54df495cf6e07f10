/** The system that this process runs on. */
import { linuxSystem } from './linux.ts';
import { macosSystem } from './macos.ts';
import type { System } from './system.ts';

/** Elsewhere than on Linux and macOS only the children themselves can be ended, not their trees. */
export function localSystem(platform: NodeJS.Platform, ownPid: number): System {
  if (platform === 'linux') return linuxSystem(ownPid);
  if (platform === 'darwin') return macosSystem(ownPid);
  return bareSystem(ownPid);
}

/** Sees nobody and signals nobody. */
function bareSystem(ownPid: number): System {
  return {
    ownPid,
    processes: () => [],
    pids: () => [],
    read: () => null,
    command: () => '',
    environmentHolds: () => false,
    standardStreams: () => [],
    kill: () => false,
    listeningPorts: () => [],
    listenersOn: () => [],
    isListenedOn: () => false,
    isOurs: () => false,
  };
}
