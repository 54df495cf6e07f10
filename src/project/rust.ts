/** Rust: Cargo.toml, and the commands that every crate has. */
import type { Directory } from './directory.ts';
import { parseToml } from './formats.ts';
import { frameworksOf, RUST_FRAMEWORKS } from './frameworks.ts';
import { type Kind, kindOf, usual } from './project.ts';
import { record, recordAt, text, texts } from './values.ts';

export function detectRust(directory: Directory): Kind | null {
  if (!directory.has('Cargo.toml')) return null;
  const manifest = directory.parse('Cargo.toml', parseToml) ?? {};
  const workspace = record(manifest['workspace']);
  const dependencies = { ...record(manifest['dependencies']), ...recordAt(workspace, 'dependencies') };
  const frameworks = frameworksOf(RUST_FRAMEWORKS, Object.keys(dependencies));
  const hasProgram = 'bin' in manifest || directory.has('src/main.rs') || directory.isDirectory('src/bin');
  return kindOf('rust', {
    name: text(recordAt(manifest, 'package')['name']),
    frameworks,
    scripts: [
      usual('build', 'cargo build'),
      usual('test', 'cargo test'),
      ...(hasProgram ? [usual('run', 'cargo run', { server: frameworks.length > 0, separator: '--' })] : []),
      usual('clippy', 'cargo clippy'),
    ],
    workspaces: [...texts(workspace['members']), ...texts(workspace['exclude']).map((path) => `!${path}`)],
  });
}
