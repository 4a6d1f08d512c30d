namespace Akka.TestKit;

/// <summary>Marks a test kit whose tests name the sender themselves: a bare Tell then has none instead of the test actor.</summary>
public interface INoImplicitSender;
