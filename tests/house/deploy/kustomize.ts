// Renders a kustomization: the part of kustomize that deploy/k8s uses, and no more. What it does not know it refuses,
// so that nothing is checked here that a cluster would get otherwise.
//
// Not done on purpose: generated names get no hash, so that references can be read.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Fields = { [key: string]: Json };

export interface Resource extends Fields {
	apiVersion: string;
	kind: string;
	metadata: { name: string; namespace?: string; labels?: { [key: string]: string } };
}

interface Generator {
	name: string;
	behavior?: 'create' | 'merge' | 'replace';
	literals?: string[];
	envs?: string[];
	files?: string[];
}

/** With a target: a JSON patch (RFC 6902) of what it names. Without: resources to merge by their names. */
interface Patch {
	path: string;
	target?: { kind: string; name: string };
	options?: { allowKindChange?: boolean };
}

interface Operation {
	op: 'add' | 'remove' | 'replace' | 'test';
	path: string;
	value?: Json;
}

interface Kustomization {
	apiVersion: string;
	kind: 'Kustomization' | 'Component';
	namespace?: string;
	nameSuffix?: string;
	resources?: string[];
	components?: string[];
	configMapGenerator?: Generator[];
	secretGenerator?: Generator[];
	images?: { name: string; newName?: string; newTag?: string }[];
	patches?: Patch[];
	labels?: { pairs: { [key: string]: string }; includeSelectors?: boolean }[];
}

const KNOWN = [
	'apiVersion',
	'kind',
	'namespace',
	'nameSuffix',
	'resources',
	'components',
	'configMapGenerator',
	'secretGenerator',
	'images',
	'patches',
	'labels'
];
const CLUSTER_WIDE = ['Namespace', 'PriorityClass', 'ClusterRole', 'ClusterRoleBinding'];
/** Lists whose entries a strategic merge finds by a key; every other list is replaced. */
const MERGE_KEYS: { [list: string]: string } = {
	containers: 'name',
	initContainers: 'name',
	env: 'name',
	volumes: 'name',
	volumeMounts: 'mountPath',
	ports: 'containerPort'
};

export interface RenderOptions {
	/** Stands in for a file of secrets, which no repository has: its text, by its path. */
	secretFile(path: string): string;
}

/** The resources of the kustomization in `dir`. Throws naming what is missing or not understood. */
export function render(dir: string, options: RenderOptions): Resource[] {
	return apply(dir, [], options);
}

/** In kustomize's order: resources, generators, components, patches, then names and images. */
function apply(dir: string, given: Resource[], options: RenderOptions): Resource[] {
	const kustomization = readKustomization(dir);
	let all = [...given];
	for (const entry of kustomization.resources ?? []) all.push(...load(join(dir, entry), options));
	generate('ConfigMap', kustomization.configMapGenerator, dir, all, options);
	generate('Secret', kustomization.secretGenerator, dir, all, options);
	for (const entry of kustomization.components ?? []) all = apply(join(dir, entry), all, options);
	for (const entry of kustomization.patches ?? []) patch(dir, entry, all);
	for (const resource of all) transform(resource, kustomization);
	return all;
}

function readKustomization(dir: string): Kustomization {
	const kustomization = parse(readFileSync(join(dir, 'kustomization.yaml'), 'utf8')) as Kustomization;
	const unknown = Object.keys(kustomization).filter((field) => !KNOWN.includes(field));
	if (unknown.length > 0) throw new Error(`${dir}: this renderer does not know ${unknown.join(', ')}`);
	return kustomization;
}

function load(path: string, options: RenderOptions): Resource[] {
	if (!existsSync(path)) throw new Error(`${path} does not exist`);
	return statSync(path).isDirectory() ? render(path, options) : readResources(path);
}

function readResources(file: string): Resource[] {
	return parseAllDocuments(readFileSync(file, 'utf8')).map((document) => {
		if (document.errors[0]) throw new Error(`${file}: ${document.errors[0].message}`);
		return document.toJS() as Resource;
	});
}

function generate(
	kind: 'ConfigMap' | 'Secret',
	generators: Generator[] = [],
	dir: string,
	resources: Resource[],
	options: RenderOptions
): void {
	for (const { name, behavior = 'create', literals = [], envs = [], files = [] } of generators) {
		const lines = [...envs.flatMap((file) => envLines(options.secretFile(join(dir, file)))), ...literals];
		const contents = files.map((file): [string, string] => [file, readFileSync(join(dir, file), 'utf8')]);
		const encode = (text: string) => (kind === 'Secret' ? Buffer.from(text).toString('base64') : text);
		const data = Object.fromEntries(
			[...lines.map(keyAndValue), ...contents].map(([key, value]) => [key, encode(value)])
		);
		const existing = resources.find((resource) => resource.kind === kind && resource.metadata.name === name);
		if (behavior !== 'merge') {
			if (existing) throw new Error(`${dir}: ${kind} ${name} exists already`);
			resources.push({
				apiVersion: 'v1',
				kind,
				metadata: { name },
				data,
				...(kind === 'Secret' && { type: 'Opaque' })
			});
		} else if (existing) Object.assign(existing.data as Fields, data);
		else throw new Error(`${dir}: ${kind} ${name} is to be merged, and does not exist`);
	}
}

const envLines = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

function keyAndValue(line: string): [string, string] {
	const at = line.indexOf('=');
	if (at < 1) throw new Error(`"${line}" is not KEY=value`);
	return [line.slice(0, at), line.slice(at + 1)];
}

function patch(dir: string, { path, target, options }: Patch, resources: Resource[]): void {
	const file = join(dir, path);
	if (target) patchEach(file, target, options?.allowKindChange === true, resources);
	else for (const change of readResources(file)) mergeInto(file, change, resources);
}

function mergeInto(file: string, change: Resource, resources: Resource[]): void {
	const target = resources.find(
		({ kind, metadata }) => kind === change.kind && metadata.name === change.metadata.name
	);
	if (!target) throw new Error(`${file}: there is no ${change.kind} ${change.metadata.name} to patch`);
	mergeFields(target, change);
}

/** kustomize lets a target that nothing answers to pass: a component patches what an overlay may have. */
function patchEach(
	file: string,
	target: { kind: string; name: string },
	allowKindChange: boolean,
	resources: Resource[]
): void {
	const operations = parse(readFileSync(file, 'utf8')) as Operation[];
	for (const resource of resources) {
		if (resource.kind !== target.kind || resource.metadata.name !== target.name) continue;
		for (const operation of structuredClone(operations)) operate(resource, operation, file);
		if (resource.kind !== target.kind && !allowKindChange) throw new Error(`${file} may not change the kind`);
	}
}

/** One operation of RFC 6902, at a path whose parent is there. */
function operate(resource: Resource, { op, path, value = null }: Operation, file: string): void {
	const keys = path.split('/').slice(1);
	const last = keys.pop() ?? '';
	const parent = keys.reduce<Json | undefined>((at, key) => inside(at, key), resource);
	if (Array.isArray(parent)) operateOnList(parent, op, last, value, `${file}: ${path}`);
	else if (!isFields(parent)) throw new Error(`${file}: there is no ${path}`);
	else if (op !== 'add' && !(last in parent)) throw new Error(`${file}: there is no ${path} to ${op}`);
	else if (op === 'remove') delete parent[last];
	else if (op !== 'test') parent[last] = value;
	else if (parent[last] !== value) throw new Error(`${file}: ${path} is not ${JSON.stringify(value)}`);
}

function operateOnList(list: Json[], op: Operation['op'], key: string, value: Json, where: string): void {
	const at = key === '-' && op === 'add' ? list.length : Number(key);
	if (!(at >= 0 && at < list.length + (op === 'add' ? 1 : 0))) throw new Error(`${where} is not there`);
	if (op === 'remove') list.splice(at, 1);
	else if (op === 'add') list.splice(at, 0, value);
	else if (op === 'replace') list[at] = value;
	else if (list[at] !== value) throw new Error(`${where} is not ${JSON.stringify(value)}`);
}

function inside(at: Json | undefined, key: string): Json | undefined {
	if (Array.isArray(at)) return at[Number(key)];
	return isFields(at) ? at[key] : undefined;
}

/** Strategic merge: maps by key, null removes, lists by their merge key where they have one. */
function mergeFields(target: Fields, change: Fields): void {
	for (const [field, value] of Object.entries(change)) {
		const old = target[field];
		const key = MERGE_KEYS[field];
		if (value === null) delete target[field];
		else if (isFields(old) && isFields(value)) mergeFields(old, value);
		else if (key && Array.isArray(old) && Array.isArray(value)) target[field] = mergeLists(old, value, key);
		else target[field] = value;
	}
}

/** New entries come first, as kustomize puts them. */
function mergeLists(old: Json[], changes: Json[], key: string): Json[] {
	const added: Json[] = [];
	for (const change of changes) {
		const match = old.find((entry) => isFields(entry) && isFields(change) && entry[key] === change[key]);
		if (isFields(match) && isFields(change)) mergeFields(match, change);
		else added.push(change);
	}
	return [...added, ...old];
}

function transform(
	resource: Resource,
	{ namespace, nameSuffix = '', images = [], labels = [] }: Kustomization
): void {
	// Whatever referred to the resource by its name would have to follow: what deploy/ gives a suffix, nothing refers to.
	resource.metadata.name += nameSuffix;
	if (namespace && !CLUSTER_WIDE.includes(resource.kind)) resource.metadata.namespace = namespace;
	for (const { pairs, includeSelectors } of labels) {
		if (includeSelectors) throw new Error('this renderer does not put labels into selectors');
		resource.metadata.labels = { ...resource.metadata.labels, ...pairs };
	}
	for (const container of containersOf(resource)) {
		for (const { name, newName, newTag } of images) {
			const [repository, tag] = splitImage(String(container.image));
			if (repository !== name) continue;
			const renamed = newTag ?? tag;
			container.image = `${newName ?? repository}${renamed ? `:${renamed}` : ''}`;
		}
	}
}

/** The tag is after the last colon, unless that belongs to a registry's port. */
export function splitImage(image: string): [repository: string, tag: string | undefined] {
	const at = image.lastIndexOf(':');
	return at > image.lastIndexOf('/') ? [image.slice(0, at), image.slice(at + 1)] : [image, undefined];
}

export function isFields(value: Json | undefined): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The pod a workload runs; null for everything else. */
export function podOf(resource: Resource): Fields | null {
	const { spec } = resource;
	if (!isFields(spec) || !isFields(spec.template)) return null;
	return isFields(spec.template.spec) ? spec.template.spec : null;
}

export function containersOf(resource: Resource): Fields[] {
	const pod = podOf(resource);
	return [...listOf(pod?.initContainers), ...listOf(pod?.containers)];
}

export function listOf(value: Json | undefined): Fields[] {
	return Array.isArray(value) ? value.filter(isFields) : [];
}
