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
}

interface Kustomization {
	apiVersion: string;
	kind: 'Kustomization' | 'Component';
	namespace?: string;
	resources?: string[];
	components?: string[];
	configMapGenerator?: Generator[];
	secretGenerator?: Generator[];
	images?: { name: string; newName?: string; newTag?: string }[];
	patches?: { path: string }[];
	labels?: { pairs: { [key: string]: string }; includeSelectors?: boolean }[];
}

const KNOWN = [
	'apiVersion',
	'kind',
	'namespace',
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
	for (const { path } of kustomization.patches ?? []) patch(join(dir, path), all);
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
	for (const { name, behavior = 'create', literals = [], envs = [] } of generators) {
		const lines = [...envs.flatMap((file) => envLines(options.secretFile(join(dir, file)))), ...literals];
		const encode = (text: string) => (kind === 'Secret' ? Buffer.from(text).toString('base64') : text);
		const data = Object.fromEntries(lines.map(keyAndValue).map(([key, value]) => [key, encode(value)]));
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

function patch(file: string, resources: Resource[]): void {
	for (const change of readResources(file)) {
		const target = resources.find(
			({ kind, metadata }) => kind === change.kind && metadata.name === change.metadata.name
		);
		if (!target) throw new Error(`${file}: there is no ${change.kind} ${change.metadata.name} to patch`);
		mergeFields(target, change);
	}
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

function transform(resource: Resource, { namespace, images = [], labels = [] }: Kustomization): void {
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
