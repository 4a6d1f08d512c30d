namespace ActorHeartbeat.Protocol;

/// <summary>
/// A message between actors that may go to another process: immutable, and carried by
/// <see cref="Serialization.MessageSerializer"/>.
/// </summary>
public interface ISerializableMessage;
