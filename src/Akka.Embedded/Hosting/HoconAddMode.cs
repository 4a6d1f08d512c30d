namespace Akka.Hosting;

/// <summary>How a piece of configuration joins what is there already.</summary>
public enum HoconAddMode
{
    /// <summary>What is there wins; the new fills gaps.</summary>
    Append = 0,

    /// <summary>The new wins; what is there fills gaps.</summary>
    Prepend = 1,

    /// <summary>The same: in Akka.Hosting too, what was there stays underneath.</summary>
    Replace = 2,
}
