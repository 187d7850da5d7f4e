// What in a set of Kubernetes resources leads nowhere: names, keys, volumes, ports and selectors.
import { containersOf, isFields, listOf, podOf, type Fields, type Json, type Resource } from './kustomize.ts';

type Labels = { [key: string]: Json };

/** One line for each reference to something that is not there. */
export function brokenReferences(resources: Resource[]): string[] {
	return [
		...duplicates(resources),
		...sharedPods(resources),
		...resources.flatMap((resource) => [
			...workloadProblems(resource, resources),
			...serviceProblems(resource, resources),
			...ingressProblems(resource, resources),
			...policyProblems(resource, resources),
			...autoscalerProblems(resource, resources)
		])
	];
}

const called = (resource: Resource) => `${resource.kind}/${resource.metadata.name}`;

function duplicates(resources: Resource[]): string[] {
	const names = resources.map(called);
	return names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} is there twice`);
}

/** Two workloads that select the same pods would each count, and end, the other's. */
function sharedPods(resources: Resource[]): string[] {
	const workloads = resources.filter((resource) => podOf(resource));
	return workloads.flatMap((workload) =>
		workloads
			.filter((other) => other !== workload)
			.filter((other) => selects(matchLabels((workload.spec as Fields).selector), podLabels(other)))
			.map((other) => `${called(workload)} selects the pods of ${called(other)}`)
	);
}

function find(resources: Resource[], kind: string, name: Json | undefined): Resource | undefined {
	return resources.find((resource) => resource.kind === kind && resource.metadata.name === name);
}

function workloadProblems(resource: Resource, resources: Resource[]): string[] {
	const pod = podOf(resource);
	if (!pod) return [];
	const problems: string[] = [];
	const need = (kind: string, name: Json | undefined, why: string) => {
		if (!find(resources, kind, name))
			problems.push(`${why} names the ${kind} ${String(name)}, which is not there`);
	};
	need('ServiceAccount', pod.serviceAccountName, called(resource));
	const spec = resource.spec as Fields;
	if (resource.kind === 'StatefulSet') need('Service', spec.serviceName, called(resource));
	if (!selects(matchLabels(spec.selector), podLabels(resource)))
		problems.push(`${called(resource)} does not select its own pods`);
	for (const container of containersOf(resource)) {
		const who = `${called(resource)} ${String(container.name)}`;
		for (const { kind, name, key } of configOf(container)) {
			need(kind, name, who);
			const data = find(resources, kind, name)?.data;
			if (key && isFields(data) && !(key in data)) problems.push(`${who}: ${kind} ${name} has no ${key}`);
		}
		problems.push(
			...portProblems(container, who),
			...mountProblems(container, volumesOf(resource, pod), who),
			...variableProblems(container, who)
		);
	}
	for (const { labelSelector } of listOf(pod.topologySpreadConstraints))
		if (!selects(matchLabels(labelSelector), podLabels(resource)))
			problems.push(`${called(resource)} spreads other pods than its own`);
	for (const volume of listOf(pod.volumes)) {
		if (isFields(volume.configMap)) need('ConfigMap', volume.configMap.name, called(resource));
		if (isFields(volume.secret)) need('Secret', volume.secret.secretName, called(resource));
	}
	return problems;
}

/** The config maps and secrets a container's environment is made of. */
function configOf(container: Fields): { kind: 'ConfigMap' | 'Secret'; name: string; key?: string }[] {
	const found: { kind: 'ConfigMap' | 'Secret'; name: string; key?: string }[] = [];
	for (const from of listOf(container.envFrom)) {
		if (isFields(from.configMapRef)) found.push({ kind: 'ConfigMap', name: String(from.configMapRef.name) });
		if (isFields(from.secretRef)) found.push({ kind: 'Secret', name: String(from.secretRef.name) });
	}
	for (const { valueFrom } of listOf(container.env)) {
		if (!isFields(valueFrom)) continue;
		const { configMapKeyRef, secretKeyRef } = valueFrom;
		if (isFields(configMapKeyRef))
			found.push({ kind: 'ConfigMap', name: String(configMapKeyRef.name), key: String(configMapKeyRef.key) });
		if (isFields(secretKeyRef))
			found.push({ kind: 'Secret', name: String(secretKeyRef.name), key: String(secretKeyRef.key) });
	}
	return found;
}

function portProblems(container: Fields, who: string): string[] {
	const ports = listOf(container.ports).flatMap(({ name, containerPort }) => [name, containerPort]);
	return PROBES.flatMap((probe) => {
		const how = container[probe];
		if (!isFields(how)) return [];
		const asked = isFields(how.httpGet)
			? how.httpGet.port
			: isFields(how.tcpSocket)
				? how.tcpSocket.port
				: null;
		return asked === null || ports.includes(asked ?? null)
			? []
			: [`${who}: ${probe} asks the port ${String(asked)}, which it does not have`];
	});
}

export const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'];

function volumesOf(resource: Resource, pod: Fields): Json[] {
	const claims = listOf((resource.spec as Fields).volumeClaimTemplates).map(
		({ metadata }) => (metadata as Fields).name ?? null
	);
	return [...claims, ...listOf(pod.volumes).map(({ name }) => name ?? null)];
}

function mountProblems(container: Fields, volumes: Json[], who: string): string[] {
	return listOf(container.volumeMounts)
		.filter(({ name }) => !volumes.includes(name ?? null))
		.map(({ name }) => `${who} mounts ${String(name)}, which is no volume of its pod`);
}

/** `$(NAME)` is the value of a variable above it; elsewhere it stays as it is written. */
function variableProblems(container: Fields, who: string): string[] {
	const variables = listOf(container.env);
	return variables.flatMap(({ name, value }, index) => {
		const above = variables.slice(0, index).map((variable) => variable.name);
		return [...String(value ?? '').matchAll(/\$\((\w+)\)/g)]
			.filter(([, wanted = '']) => !above.includes(wanted))
			.map(([, wanted]) => `${who}: ${String(name)} needs ${wanted}, which is not set above it`);
	});
}

function serviceProblems(resource: Resource, resources: Resource[]): string[] {
	if (resource.kind !== 'Service') return [];
	const { selector, ports } = resource.spec as Fields;
	const behind = resources.filter((other) => podOf(other) && selects(selector, podLabels(other)));
	if (behind.length === 0) return [`${called(resource)} selects no pods`];
	const names = portNames(behind);
	return listOf(ports)
		.filter(({ targetPort }) => !names.includes(targetPort ?? null))
		.map(({ targetPort }) => `${called(resource)} leads to the port ${String(targetPort)}, which no pod has`);
}

function ingressProblems(resource: Resource, resources: Resource[]): string[] {
	if (resource.kind !== 'Ingress') return [];
	const rules = listOf((resource.spec as Fields).rules).flatMap(({ http }) => listOf((http as Fields).paths));
	return rules.flatMap(({ backend }) => {
		const { name, port } = (backend as Fields).service as Fields;
		const service = find(resources, 'Service', name);
		if (!service) return [`${called(resource)} leads to the Service ${String(name)}, which is not there`];
		const ports = listOf((service.spec as Fields).ports).map((entry) => entry.name);
		return ports.includes((port as Fields).name)
			? []
			: [`${called(resource)} leads to a port that ${called(service)} does not have`];
	});
}

/** Policies and budgets that select nothing protect nothing; a named port that no pod has allows nothing. */
function policyProblems(resource: Resource, resources: Resource[]): string[] {
	const spec = resource.spec as Fields;
	const workloads = resources.filter((other) => podOf(other));
	const chosen = (selector: Json | undefined) =>
		workloads.filter((other) => selects(matchLabels(selector), podLabels(other)));
	if (resource.kind === 'PodDisruptionBudget')
		return chosen(spec.selector).length === 0 ? [`${called(resource)} selects no pods`] : [];
	if (resource.kind !== 'NetworkPolicy') return [];
	const own = chosen(spec.podSelector);
	return [
		...(own.length === 0 ? [`${called(resource)} selects no pods`] : []),
		...listOf(spec.ingress).flatMap((rule) =>
			ruleProblems(resource, listOf(rule.from), rule, () => own, chosen)
		),
		...listOf(spec.egress).flatMap((rule) => {
			const peers = listOf(rule.to);
			const reached = () => peers.flatMap(({ podSelector }) => (podSelector ? chosen(podSelector) : []));
			return ruleProblems(resource, peers, rule, reached, chosen);
		})
	];
}

/** `reached` are the pods whose ports the rule names; numbers may be ports of what is not ours. */
function ruleProblems(
	resource: Resource,
	peers: Fields[],
	rule: Fields,
	reached: () => Resource[],
	chosen: (selector: Json | undefined) => Resource[]
): string[] {
	const foreign = (peer: Fields) => 'namespaceSelector' in peer || !('podSelector' in peer);
	return [
		...peers
			.filter((peer) => !foreign(peer) && chosen(peer.podSelector).length === 0)
			.map(() => `${called(resource)} allows pods that are not there`),
		...listOf(rule.ports)
			.filter(({ port }) => typeof port === 'string' && !portNames(reached()).includes(port))
			.map(({ port }) => `${called(resource)} allows the port ${String(port)}, which no pod has`)
	];
}

/** An autoscaler needs something to scale, whose number nobody else says, and the CPU that is a whole of which it counts parts. */
function autoscalerProblems(resource: Resource, resources: Resource[]): string[] {
	if (resource.kind !== 'HorizontalPodAutoscaler') return [];
	const { kind, name } = (resource.spec as Fields).scaleTargetRef as Fields;
	const target = find(resources, String(kind), name);
	if (!target) return [`${called(resource)} scales the ${String(kind)} ${String(name)}, which is not there`];
	return 'replicas' in (target.spec as Fields)
		? [`${called(resource)} scales ${called(target)}, whose replicas are written down too`]
		: [];
}

function portNames(workloads: Resource[]): Json[] {
	return workloads
		.flatMap((workload) => containersOf(workload))
		.flatMap((container) => listOf(container.ports))
		.flatMap(({ name, containerPort }) => [name ?? null, containerPort ?? null]);
}

function podLabels(resource: Resource): Labels {
	const template = (resource.spec as Fields).template as Fields;
	return (
		(isFields(template.metadata) && isFields(template.metadata.labels) && template.metadata.labels) || {}
	);
}

function matchLabels(selector: Json | undefined): Json | undefined {
	return isFields(selector) ? (selector.matchLabels ?? {}) : undefined;
}

/** An empty selector selects everything; none at all selects nothing. */
function selects(selector: Json | undefined, labels: Labels): boolean {
	return isFields(selector) && Object.entries(selector).every(([key, value]) => labels[key] === value);
}
