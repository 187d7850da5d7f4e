// The config room's door.
export { loadConfig, type Config } from './config.ts';
export { findFfmpeg, findOnPath } from './ffmpeg.ts';
export { projectRoot } from './root.ts';
export { VARIABLES } from './variables.ts';
