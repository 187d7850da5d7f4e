// What in a Compose file leads nowhere, or gives a container more than it needs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isFields, listOf, splitImage, type Fields, type Json } from './kustomize.ts';

export interface Compose {
	services: { [name: string]: Fields };
	networks?: Fields;
	volumes?: Fields;
	secrets?: { [name: string]: Fields };
}

/** `${NAME:-default}` as without an environment; what must be given becomes `given`. */
export function interpolate(text: string): string {
	return text.replaceAll(/\$\{\w+(:[-?])([^}]*)\}/g, (_, operator: string, rest: string) =>
		operator === ':-' ? rest : 'given'
	);
}

/** One line for each reference of a service to something that is not there. `dir` is the file's folder. */
export function brokenComposeReferences(compose: Compose, dir: string): string[] {
	return Object.entries(compose.services).flatMap(([name, service]) => [
		...missing(name, 'network', names(service.networks), Object.keys(compose.networks ?? {})),
		...missing(name, 'secret', names(service.secrets), Object.keys(compose.secrets ?? {})),
		...missing(name, 'service', names(service.depends_on), Object.keys(compose.services)),
		...names(service.volumes).flatMap((volume) => volumeProblems(name, volume, compose, dir)),
		...buildProblems(name, service.build, dir)
	]);
}

function missing(service: string, kind: string, wanted: string[], there: string[]): string[] {
	return wanted
		.filter((name) => !there.includes(name))
		.map((name) => `${service} names the ${kind} ${name}, which is not there`);
}

function volumeProblems(service: string, volume: string, compose: Compose, dir: string): string[] {
	const [source = '', target, mode] = volume.split(':');
	// A volume without a name, of this container alone.
	if (target === undefined) return [];
	if (!/^[./~]/.test(source)) return missing(service, 'volume', [source], Object.keys(compose.volumes ?? {}));
	if (!existsSync(join(dir, source))) return [`${service} mounts ${source}, which does not exist`];
	return mode === 'ro' ? [] : [`${service} may write to ${source}`];
}

function buildProblems(service: string, build: Json | undefined, dir: string): string[] {
	if (!isFields(build)) return [];
	const file = join(dir, String(build.context), String(build.dockerfile));
	return existsSync(file) ? [] : [`${service} is built from ${file}, which does not exist`];
}

/** Images with a user of their own: ours, by their Dockerfile, and those of which it is known. */
const NOT_ROOT = /^(vector-flow|vector-flow-demo-camera|prom\/prometheus|grafana\/grafana):/;

/** One line for each right to spare, and each bound or check that is missing. */
export function composeWeaknesses({ services }: Compose): string[] {
	return Object.entries(services).flatMap(([name, service]) => {
		const [, tag] = splitImage(String(service.image));
		const limits =
			isFields(service.deploy) && isFields(service.deploy.resources) && service.deploy.resources.limits;
		const found: { [weakness: string]: boolean } = {
			'is privileged': service.privileged === true,
			'keeps capabilities': JSON.stringify(service.cap_drop) !== '["ALL"]' || 'cap_add' in service,
			'may gain rights': !names(service.security_opt).includes('no-new-privileges:true'),
			'may write to its root file system': service.read_only !== true,
			'shares a namespace of the machine': ['network_mode', 'pid', 'ipc'].some(
				(field) => service[field] === 'host'
			),
			'reaches the container engine': JSON.stringify(service).includes('docker.sock'),
			'has an image without a version': tag === undefined || tag.startsWith('latest'),
			'has no bound of memory': !isFields(limits || undefined) || !('memory' in (limits as Fields)),
			'has no health check': !isFields(service.healthcheck),
			'may be root':
				!NOT_ROOT.test(String(service.image)) && !/^[1-9]\d*:[1-9]\d*$/.test(String(service.user)),
			'does not say what it waits for': Array.isArray(service.depends_on),
			'is open to the network unasked': names(service.ports).some((port) => !port.startsWith('127.0.0.1:'))
		};
		return Object.keys(found)
			.filter((weakness) => found[weakness])
			.map((weakness) => `${name} ${weakness}`);
	});
}

/** The names of a list of texts, or the keys of a map, as Compose takes both. */
function names(value: Json | undefined): string[] {
	if (Array.isArray(value)) return value.map(String);
	return isFields(value) ? Object.keys(value) : [];
}

/** The environment of a service, as texts. */
export function environmentOf(service: Fields | undefined): { [name: string]: string } {
	const environment = service?.environment;
	if (!isFields(environment)) throw new Error(`no environment, but ${JSON.stringify(listOf(environment))}`);
	return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
}
